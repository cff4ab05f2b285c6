"""A runtime taken apart: its pieces over a SQLite file, with Instagram scripted and the clock moved by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from instantchat.channels.instagram.answers import NoProfile, Profile, SendOutcome, Sent
from instantchat.channels.instagram.client import InstagramClient
from instantchat.engine.library import library_of
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Vault, new_key
from instantchat.kit.ids import new_id
from instantchat.runtime.automation import Automation, Policy
from instantchat.runtime.live import LiveEvent
from instantchat.runtime.media_sizes import MediaSizes
from instantchat.runtime.outbox import Outbox
from instantchat.runtime.pace import Pace
from instantchat.runtime.profiles import Profiles
from instantchat.runtime.scheduler import Scheduler, Signal
from instantchat.runtime.sending import NO_LIMITS, Limits, Sender
from instantchat.runtime.tally import Tally
from instantchat.runtime.versions import Versions, active_flows
from instantchat.runtime.worker import Worker
from instantchat.store.connect import open_store
from instantchat.store.ports import Store
from instantchat.store.records import Conversation, Event, Json, Message, NewEvent, RunRecord
from tests.support.seed import Seeded, keyword_flow, publish, seed

IGSID = "7001"


class Instagram:
    """Answers sends from a script (then `Sent` with made-up mids), and profiles."""

    def __init__(self) -> None:
        self.script: list[SendOutcome] = []
        self.sent: list[Json] = []
        self.profiles_asked = 0
        self.on_send: Callable[[], None] = lambda: None
        self.profile_answer: Profile | NoProfile | Exception = Profile(IGSID, "Ada Lovelace", "ada", None, None, None)

    async def send(self, account_ig_id: str, token: object, payload: Json) -> SendOutcome:
        self.sent.append(payload)
        self.on_send()
        return self.script.pop(0) if self.script else Sent(f"mid-out-{len(self.sent)}")

    async def typing(self, account_ig_id: str, token: object, igsid: str, *, on: bool = True) -> SendOutcome:
        self.sent.append({"sender_action": "typing_on"})
        return Sent(None)

    async def reply_to_comment(self, comment_id: str, token: object, text: str) -> SendOutcome:
        return await self.send("", token, {"comment": comment_id, "text": text})

    async def react(self, account_ig_id: str, token: object, igsid: str, mid: str, emoji: str) -> SendOutcome:
        return await self.send(account_ig_id, token, {"recipient": igsid, "mid": mid, "emoji": emoji})

    async def profile(self, igsid: str, token: object) -> Profile | NoProfile:
        self.profiles_asked += 1
        if isinstance(self.profile_answer, Exception):
            raise self.profile_answer
        return self.profile_answer


@dataclass
class Heard:
    """A publisher that remembers."""

    events: list[LiveEvent] = field(default_factory=list)

    def publish(self, event: LiveEvent) -> None:
        self.events.append(event)

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


class Stage:
    """One workspace with a connected account; `say` and friends are what Instagram tells us. `client` calls
    a real Instagram, where the scripted one will not do."""

    def __init__(
        self, store: Store, clock: ManualClock, vault: Vault, seeded: Seeded, client: InstagramClient | None = None
    ) -> None:
        self.store, self.clock, self.vault, self.seeded = store, clock, vault, seeded
        self.instagram: Any = client or Instagram()
        self.heard = Heard()
        self.scheduler = Scheduler(store.queue, clock, [], idle=15)
        self.profiles = Profiles(self.instagram, store.queue, clock, vault, lambda: None)
        self.woken: list[str] = []
        self.policy = Policy(frozenset({"stop"}), start_words=frozenset({"start"}))
        self.worker = self.restart_worker()
        self.outbox = self.new_outbox()
        self._count = 0

    def restart_worker(self) -> Worker:
        """A worker that remembers nothing."""
        self.worker = Worker(
            self.store,
            self.clock,
            self.heard,
            self.profiles,
            self.scheduler,
            Signal(),
            wake_sends=lambda: self.woken.append("sends"),
            wake_calls=lambda: self.woken.append("calls"),
            policy=self.policy,
        )
        return self.worker

    def new_outbox(self, limit: int = 0, limits: Limits = NO_LIMITS, sizes: MediaSizes | None = None) -> Outbox:
        sender = Sender(self.instagram, self.clock, self.vault, limits, self.store.queue, sizes)
        tally = Tally(self.store.activity, self.clock)
        return Outbox(self.store, self.clock, self.heard, sender, Pace(limit), tally, self.scheduler, Signal())

    async def flow(self, graph: Json, **settings: Any) -> str:
        self._count += 1
        return await publish(self.store, self.seeded.workspace_id, graph, name=f"Flow {self._count}", **settings)

    async def tell(self, kind: str, payload: Json, *, igsid: str = IGSID, key: str | None = None) -> str:
        """An event as intake stores it; its id."""
        self._count += 1
        now = self.clock.now()
        event = NewEvent(
            id=new_id("evt"),
            ig_user_id=self.seeded.ig_user_id,
            igsid=igsid,
            kind=kind,
            natural_key=key or f"{kind}:{self._count}",
            payload=payload,
            at=now,
            received_at=now,
        )
        assert await self.store.queue.ingest([event]) == ["new"]
        return event.id

    async def say(self, text: str, *, igsid: str = IGSID, **payload: Any) -> str:
        self._count += 1
        return await self.tell("message", {"mid": f"mid-in-{self._count}", "text": text, **payload}, igsid=igsid)

    async def echo(self, mid: str, text: str = "", **payload: Any) -> str:
        return await self.tell("echo", {"mid": mid, "text": text, "isEcho": True, **payload})

    async def automation(self) -> Automation:
        """What the worker knows of the flows."""
        workspace_id = self.seeded.workspace_id
        heads = (await self.store.flows.active_heads([workspace_id]))[workspace_id]
        compiled = await Versions(self.store.flows).load({head.version_id for head in heads})
        active = active_flows(heads, compiled)
        return Automation(active, compiled, Random(1), library_of(active, compiled), self.policy)

    async def rules(self, **rules: Any) -> None:
        """What the workspace decides for its account."""
        found = await self.store.accounts.set_rules(self.seeded.workspace_id, self.seeded.account_id, rules)
        assert found is not None

    async def pause(self, **delta: float) -> None:
        """A member pauses flows for the contact."""
        conversation, until = await self.conversation(), self.clock.now() + dt.timedelta(**delta)
        await self.store.inbox.patch_conversation(self.seeded.workspace_id, conversation.id, {"paused_until": until})

    async def notes(self) -> list[str]:
        """Notes and activity, oldest first."""
        conversation = await self.conversation()
        return [
            each.text for each in reversed(await self.store.inbox.notes(conversation.workspace_id, conversation.id, 50))
        ]

    async def decision(self, event_id: str) -> Json:
        """The record of why which flow ran."""
        return (await self.event(event_id)).decision or {}

    async def work(self) -> int:
        """Handle everything that is due now; how many lanes that was."""
        total = 0
        while found := await self.worker.work_batch():
            total += found
        return total

    async def send(self) -> None:
        """Send everything that may go out now."""
        while await self.outbox.send_batch() == 0:
            await self.outbox.calls_ended()
        await self.outbox.calls_ended()

    async def conversation(self, igsid: str = IGSID) -> Conversation:
        thread = await self.store.inbox.thread_by_igsid(self.seeded.workspace_id, igsid, None)
        assert thread is not None
        return thread.conversation

    async def contact(self, igsid: str = IGSID) -> Any:
        thread = await self.store.inbox.thread_by_igsid(self.seeded.workspace_id, igsid, None)
        assert thread is not None
        return thread.contact

    async def messages(self, igsid: str = IGSID) -> list[Message]:
        """Oldest first."""
        conversation = await self.conversation(igsid)
        page = await self.store.inbox.messages(self.seeded.workspace_id, conversation.id, limit=100, cursor=None)
        return list(reversed(page.data))

    async def lines(self, igsid: str = IGSID) -> list[tuple[str, str, str]]:
        """(who, text, status) of the thread, oldest first."""
        return [(message.sender_kind, message.text, message.status) for message in await self.messages(igsid)]

    async def runs(self) -> list[RunRecord]:
        conversation = await self.conversation()
        return await self.store.inbox.runs(self.seeded.workspace_id, conversation.id, 50)

    async def event(self, event_id: str) -> Event:
        found = await self.store.inbox.event(self.seeded.workspace_id, event_id)
        assert found is not None
        return found

    def pass_time(self, **delta: float) -> None:
        self.clock.advance(dt.timedelta(**delta).total_seconds())


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    clock = ManualClock(dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC))
    store = open_store(f"sqlite:///{tmp_path / 'test.db'}", clock=clock)
    await store.start()
    vault = Vault([new_key()])
    yield Stage(store, clock, vault, await seed(store, vault, None))
    await store.close()


@pytest.fixture
def greeting() -> Json:
    return keyword_flow("price", "Re {{message.text}}")
