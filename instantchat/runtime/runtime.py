"""The background work of a process, put together: intake, worker, outbox, calls, profiles, and what wakes them."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from instantchat.channels.instagram.client import InstagramClient
from instantchat.kit.clock import Clock
from instantchat.kit.completions import Completions
from instantchat.kit.crypto import Secret, Vault
from instantchat.kit.guard import GuardedClient
from instantchat.runtime.ai import Ai
from instantchat.runtime.automation import DEFAULT_POLICY, Policy
from instantchat.runtime.calls import Calls
from instantchat.runtime.deletions import Deletions
from instantchat.runtime.intake import Intake
from instantchat.runtime.live import Publisher
from instantchat.runtime.media_sizes import MediaSizes
from instantchat.runtime.outbox import Outbox
from instantchat.runtime.pace import Pace
from instantchat.runtime.profiles import Profiles
from instantchat.runtime.reads import Reads
from instantchat.runtime.reconciler import Reconciler
from instantchat.runtime.retention import Retention
from instantchat.runtime.scheduler import Scheduler, Signal
from instantchat.runtime.schedules import Schedules
from instantchat.runtime.sending import Limits, Sender
from instantchat.runtime.settling import Settler
from instantchat.runtime.tally import Tally
from instantchat.runtime.tokens import Tokens
from instantchat.runtime.worker import Worker
from instantchat.store.ports import Store

log = structlog.get_logger(__name__)

_STOP_SECONDS = 8.0
_IDLE_ALONE = 15.0
_IDLE_SHARED = 1.0


class Loop(Protocol):
    """A part that works by itself."""

    async def run(self) -> None:
        """Until cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class RuntimeOptions:
    """What the runtime takes from the settings.

    `worker`: whether this process handles events and sends. `is_alone`: no other process works on this database
    (SQLite), so what a dead one left can be taken over at once, and nothing is added behind our back. `ai_model`
    answers for the AI nodes that name none.
    """

    webhook_secrets: Mapping[str, Secret] = field(default_factory=dict)
    send_limit_text: int = 100
    send_limit_media: int = 10
    private_replies_per_hour: int = 750
    conversations_per_second: int = 2
    reconcile_every: dt.timedelta = dt.timedelta(minutes=5)
    allowed_networks: Sequence[str] = ()
    ai_model: str = ""
    policy: Policy = DEFAULT_POLICY
    explanations_kept: dt.timedelta = dt.timedelta(days=30)
    worker: bool = True
    is_alone: bool = False


class Runtime:
    """`intake` works as soon as the store is started; the rest runs between `start()` and `stop()`, once."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        instagram: InstagramClient,
        publisher: Publisher,
        vault: Vault,
        options: RuntimeOptions,
        completions: Completions | None = None,
    ) -> None:
        self._options = options
        self._events, self._sends, self._api_calls, self._erasures = Signal(), Signal(), Signal(), Signal()
        queue = store.queue
        self.intake = Intake(queue, clock, options.webhook_secrets, self._events.ring)
        wakes = (self._events.ring, self._sends.ring, self._api_calls.ring)
        idle = _IDLE_ALONE if options.is_alone else _IDLE_SHARED
        self._scheduler = Scheduler(queue, clock, wakes, idle=idle)
        self._tally = Tally(store.activity, clock)
        self._profiles = Profiles(instagram, queue, clock, vault, self._events.ring)
        self._guard = GuardedClient(options.allowed_networks)
        ai = Ai(completions, store.inbox, options.ai_model)
        self._calls = Calls(queue, clock, self._guard, ai, self._api_calls, self._events)
        limits = Limits(options.send_limit_media, options.private_replies_per_hour)
        sizes = MediaSizes(self._guard, clock)
        sender, pace = Sender(instagram, clock, vault, limits, store.queue, sizes), Pace(options.send_limit_text)
        self._outbox = Outbox(store, clock, publisher, sender, pace, self._tally, self._scheduler, self._sends)
        self.reads = Reads(instagram, clock, vault, pace, options.conversations_per_second)
        self._settler = Settler(self.reads, queue, clock, publisher)
        self._reconciler = Reconciler(self.reads, self.intake, store, clock, options.reconcile_every)
        self._worker = Worker(
            store,
            clock,
            publisher,
            self._profiles,
            self._scheduler,
            self._events,
            wake_sends=self._sends.ring,
            wake_calls=self._api_calls.ring,
            policy=options.policy,
        )
        self._schedules = Schedules(store, clock, self._events, options.policy.timezone)
        self._retention = Retention(queue, clock, options.explanations_kept)
        self._deletions = Deletions(store.deletions, clock, publisher, self._erasures)
        self._tokens = Tokens(instagram, store.accounts, clock, publisher, vault)
        self._stopped_by_flag: list[asyncio.Task[None]] = []
        self._stopped_by_cancel: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take over what a dead process left, then begin. Does nothing in a process without the worker role."""
        if not self._options.worker:
            return
        if self._options.is_alone:
            await self._outbox.recover()
            await self._worker.recover()
        self._stopped_by_flag = [_spawn(each.run) for each in (self._worker, self._outbox, self._calls)]
        self._stopped_by_cancel = [_spawn(each.run) for each in self._loops()]
        self.wake_outbox()

    def _loops(self) -> tuple[Loop, ...]:
        """What can be cancelled at any moment."""
        handling = self._scheduler, self._profiles, self._tally, self._schedules
        return *handling, self._retention, self._deletions, self._tokens, self._settler, self._reconciler

    async def stop(self) -> None:
        """Finish what is under way, within 8 s; the rest stays in the database for the next start."""
        for part in (self._worker, self._outbox, self._calls):
            part.stop()
        if self._stopped_by_flag:
            _, late = await asyncio.wait(self._stopped_by_flag, timeout=_STOP_SECONDS)
            if late:
                log.warning("stop_incomplete", parts=[task.get_name() for task in late])
        tasks = (*self._stopped_by_flag, *self._stopped_by_cancel)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # what died was reported when it did
        self._stopped_by_flag, self._stopped_by_cancel = [], []
        await self._intake_settled()
        await self._tally.flush()
        await self._guard.close()

    def wake_worker(self) -> None:
        """An event was stored."""
        self._events.ring()

    def wake_outbox(self) -> None:
        """A message was queued."""
        self._sends.ring()

    def wake_deletions(self) -> None:
        """Somebody asked for their data to be deleted."""
        self._erasures.ring()

    def clock_moved(self) -> None:
        """What waits for a moment looks whether it has come."""
        for part in (self._scheduler, self._schedules, self._tokens):
            part.look_again()

    async def _intake_settled(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self.intake.settled()


def _spawn(work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
    task = asyncio.create_task(work(), name=getattr(work, "__qualname__", "runtime"))
    task.add_done_callback(_report)
    return task


def _report(task: asyncio.Task[None]) -> None:
    """A part that ends by itself is our bug, and must be seen."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("runtime_part_died", part=task.get_name(), exc_info=error)
