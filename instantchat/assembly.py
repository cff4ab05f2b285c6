"""Every part of a process, put together once: what `server`, the API, the sockets and the pages share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import httpx
from starlette.applications import Starlette

from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.doctor.server import Setup
from instantchat.channels.simulator import create_simulator
from instantchat.channels.simulator.warp import WarpedClock, real
from instantchat.config import Settings
from instantchat.engine.registry import load_all
from instantchat.engine.text import fold
from instantchat.features.analytics.service import AnalyticsService
from instantchat.features.auth.profile import ProfileService
from instantchat.features.auth.service import AuthService
from instantchat.features.callbacks.service import CallbackService
from instantchat.features.connect.doctor import DoctorService
from instantchat.features.connect.service import ConnectService
from instantchat.features.flows.history import HistoryService
from instantchat.features.flows.service import FlowService
from instantchat.features.flows.starting import StartingService
from instantchat.features.flows.transfer import TransferService
from instantchat.features.inbox.service import InboxService
from instantchat.features.rules.service import RulesService
from instantchat.features.trial.service import TrialService
from instantchat.kit.clock import Clock, SystemClock
from instantchat.kit.completions import Completions
from instantchat.kit.crypto import Secret
from instantchat.kit.http import new_client
from instantchat.realtime.hub import Hub
from instantchat.realtime.relay import Relay
from instantchat.runtime.automation import Policy
from instantchat.runtime.effects import handlers
from instantchat.runtime.runtime import Runtime, RuntimeOptions
from instantchat.store.connect import open_store
from instantchat.store.ports import Store

_current: Assembly | None = None


@dataclass(slots=True)
class Assembly:
    """The parts of one process. `start` begins the background work, `stop` ends it, `close` lets go of the rest."""

    settings: Settings
    clock: Clock
    store: Store
    http: httpx.AsyncClient
    hub: Hub
    runtime: Runtime
    auth: AuthService
    profile: ProfileService
    connect: ConnectService
    doctor: DoctorService
    rules: RulesService
    callbacks: CallbackService
    flows: FlowService
    transfer: TransferService
    history: HistoryService
    starting: StartingService
    trial: TrialService
    inbox: InboxService
    analytics: AnalyticsService
    simulator: Starlette | None
    relay: Relay | None = None

    async def start(self) -> None:
        """Begin handling events and sending; the server is listening by now, which the simulator needs."""
        if self.relay:
            self.relay.start()
        if self.simulator:
            await self.simulator.state.simulator.start()
        await self.runtime.start()

    async def stop(self) -> None:
        """Finish what is in flight; nothing is lost, the rest is picked up at the next start."""
        await self.runtime.stop()
        if self.simulator:
            await self.simulator.state.simulator.stop()
        if self.relay:
            await self.relay.stop()

    async def close(self) -> None:
        """Close connections."""
        await self.http.aclose()
        await self.store.close()


def current() -> Assembly:
    """The assembly of this process, for page states, which Reflex makes and so nobody can hand anything to."""
    if _current is None:
        raise RuntimeError("no assembly is open in this process")
    return _current


async def open_assembly(settings: Settings, *, worker: bool, serves: bool = True) -> Assembly:
    """Connect to the database and build every service; `serves` False leaves out what only requests can reach. Raises
    `StartRefused` with what to do."""
    global _current
    _ = settings.signing_key, settings.vault, settings.webhook_secrets  # made now, so a bad data directory shows now
    load_all()  # now, so that a plug-in which is broken stops the start and not the first event
    handlers()
    clock = WarpedClock(SystemClock()) if _is_warped(settings, serves=serves) else SystemClock()
    store = open_store(settings.storage_url, clock=clock)
    await store.start()
    _current = build(settings, store, clock, worker=worker, serves=serves)
    return _current


def build(settings: Settings, store: Store, clock: Clock, *, worker: bool, serves: bool = True) -> Assembly:
    """The services over a started store."""
    http = new_client()
    hub = Hub(clock)
    instagram = InstagramClient(
        http,
        graph_url=settings.graph,
        graph_version=settings.graph_version,
        authorize_url=settings.authorize_url,
        token_url=settings.token_url,
        app_id=settings.instagram_app_id,
        app_secret=settings.webhook_secrets.get("META_APP_SECRET", Secret("")),
    )
    policy = Policy(
        frozenset(map(fold, settings.stop_words)),
        bool(settings.ai_base_url),
        settings.timezone,
        settings.edit_zero_is_new,
        frozenset(map(fold, settings.start_words)),
    )
    options = RuntimeOptions(
        webhook_secrets=settings.webhook_secrets,
        send_limit_text=settings.send_limit_text,
        allowed_networks=settings.http_allowed_networks,
        ai_model=settings.ai_model,
        policy=policy,
        send_limit_media=settings.send_limit_media,
        private_replies_per_hour=settings.private_replies_per_hour,
        conversations_per_second=settings.conversations_per_second,
        reconcile_every=dt.timedelta(minutes=settings.reconcile_minutes),
        explanations_kept=dt.timedelta(days=settings.explanations_days),
        worker=worker,
        is_alone=settings.storage_url.startswith("sqlite"),
    )
    completions = (
        Completions(http, clock, settings.ai_base_url, Secret(settings.ai_api_key)) if settings.ai_base_url else None
    )
    runtime = Runtime(store, clock, instagram, hub, settings.vault, options, completions)
    if isinstance(clock, WarpedClock):
        clock.follow(runtime.clock_moved)
    auth = AuthService(store.members, real(clock), settings)
    flows = FlowService(store, clock, hub, settings.http_allowed_networks, settings.timezone)
    return Assembly(
        settings=settings,
        clock=clock,
        store=store,
        http=http,
        hub=hub,
        runtime=runtime,
        auth=auth,
        profile=ProfileService(auth, settings.data_dir),
        connect=ConnectService(
            store,
            clock,
            hub,
            instagram,
            settings.vault,
            settings.signing_key,
            base_url=settings.base_url,
            is_configured=bool(settings.instagram_app_id),
        ),
        doctor=DoctorService(
            store,
            clock,
            http,
            instagram,
            settings.vault,
            _setup(settings),
            runtime.intake if serves else None,
            runtime.reads,
        ),
        rules=RulesService(store, hub),
        callbacks=CallbackService(
            store, clock, hub, settings.webhook_secrets, runtime.wake_deletions, base_url=settings.base_url
        ),
        flows=flows,
        transfer=TransferService(store, flows),
        history=HistoryService(store, flows),
        starting=StartingService(store, clock, runtime.wake_worker),
        trial=TrialService(store, clock, policy),
        inbox=InboxService(store, clock, hub, runtime.wake_outbox),
        analytics=AnalyticsService(store, clock),
        simulator=_simulator(settings, clock, http) if settings.simulator_on and serves else None,
        relay=Relay(hub, store, settings.storage_url) if settings.storage_url.startswith("postgresql") else None,
    )


def _is_warped(settings: Settings, *, serves: bool) -> bool:
    """Whether the simulator's time is the product's: where one process does all the work, so that no other is left
    behind in the present."""
    return settings.simulator_on and serves and settings.storage_url.startswith("sqlite")


def _setup(settings: Settings) -> Setup:
    return Setup(
        app_id=settings.instagram_app_id,
        secrets=settings.webhook_secrets,
        verify_token=settings.verify_token,
        public_url=settings.public_url,
        base_url=settings.base_url,
        graph_url=settings.graph,
        is_simulated=settings.simulator_on,
    )


def _simulator(settings: Settings, clock: Clock, http: httpx.AsyncClient) -> Starlette:
    return create_simulator(
        data_dir=settings.data_dir,
        public_url=settings.base_url,
        deliver_to=f"http://127.0.0.1:{settings.port}/api/webhook/instagram",
        clock=clock,
        http=http,
        app_id=settings.instagram_app_id,
        app_secret=settings.webhook_secrets["META_APP_SECRET"],
        facebook_app_secret=settings.webhook_secrets.get("META_FACEBOOK_APP_SECRET"),
        verify_token=settings.verify_token,
    )
