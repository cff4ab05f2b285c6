"""A workspace as tests need it, built through the port alone, so that any backend can be tested."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from instantchat.kit.clock import ManualClock
from instantchat.kit.ids import new_id
from instantchat.store import records as r
from instantchat.store.ports import Store

LEASE = dt.timedelta(seconds=30)


class World:
    """One workspace, its owner and an account; the verbs most tests begin with."""

    def __init__(self, store: Store, clock: ManualClock, user: r.User, account: r.Account) -> None:
        self.store = store
        self.clock = clock
        self.user = user
        self.account = account
        self.workspace_id = user.workspace_id

    @property
    def now(self) -> dt.datetime:
        return self.clock.now()

    async def add_account(self) -> r.Account:
        """One more account of the workspace."""
        account = await self.store.accounts.connect(new_account(self.user, self.now))
        assert account is not None
        return account

    def event(
        self, igsid: str = "maria", key: str | None = None, account: r.Account | None = None, **payload: Any
    ) -> r.NewEvent:
        """A message event of `igsid`."""
        event_id = new_id("evt")
        to = (account or self.account).ig_user_id
        return r.NewEvent(event_id, to, igsid, "message", key or event_id, payload, self.now, self.now)

    async def arrive(self, *igsids: str, account: r.Account | None = None) -> list[r.NewEvent]:
        """Ingest one event of each."""
        events = [self.event(igsid, account=account) for igsid in igsids]
        assert await self.store.queue.ingest(events) == ["new"] * len(events)
        return events

    async def claim(self, owner: str = "worker", limit: int = 64) -> list[r.Work]:
        """Claim work now, for 30 seconds."""
        return await self.store.queue.claim_work(owner, self.now, self.now + LEASE, limit)

    def message(self, conversation: r.Conversation, direction: str = "in", **changes: Any) -> r.Message:
        """A message of the conversation; outgoing ones are queued."""
        message = r.Message(
            id=new_id("msg"),
            workspace_id=self.workspace_id,
            account_id=conversation.account_id,
            conversation_id=conversation.id,
            direction="in" if direction == "in" else "out",
            source="instagram",
            sender_kind="contact" if direction == "in" else "flow",
            sender_id=None,
            text="Hello",
            attachments=[],
            extras={},
            status="received" if direction == "in" else "queued",
            created_at=self.now,
        )
        return dataclasses.replace(message, **changes)

    def note(self, conversation: r.Conversation, **changes: Any) -> r.Note:
        """A note of a member."""
        author = self.user.id
        note = r.Note(
            new_id("not"), self.workspace_id, conversation.id, "note", "member", author, "VIP", self.now, None
        )
        return dataclasses.replace(note, **changes)

    def schedule(self, flow_id: str = "flow_1", **changes: Any) -> r.Schedule:
        """A schedule that is due in an hour."""
        schedule = r.Schedule(
            id=new_id("sch"),
            workspace_id=self.workspace_id,
            flow_id=flow_id,
            version_id="ver_1",
            node_id="start",
            position=0,
            spec="0 9 * * * UTC",
            next_at=self.now + dt.timedelta(hours=1),
        )
        return dataclasses.replace(schedule, **changes)

    def run(self, conversation: r.Conversation, **changes: Any) -> r.RunRecord:
        """A run that waits for a reply."""
        run = r.RunRecord(
            id=new_id("run"),
            workspace_id=self.workspace_id,
            conversation_id=conversation.id,
            lane=conversation.lane,
            flow_id="flow_1",
            version_id="ver_1",
            state="waiting",
            waiting_for="reply",
            wake_at=self.now + dt.timedelta(hours=1),
            rev=0,
            data={"node": "ask"},
            trace=[{"node": "start"}],
            event_id=None,
            error=None,
            started_at=self.now,
            updated_at=self.now,
        )
        return dataclasses.replace(run, **changes)

    def handled(self, work: r.Work, owner: str = "worker", **changes: Any) -> r.Checkpoint:
        """All events of the lane handled, nothing else changed."""
        events = [r.HandledEvent(event.id) for event in work.events]
        return dataclasses.replace(r.Checkpoint(work.lane, owner, events), **changes)

    async def store_one(self, checkpoint: r.Checkpoint) -> bool:
        """One checkpoint."""
        return (await self.store.queue.checkpoint([checkpoint]))[0]

    async def meet(self, igsid: str = "maria", account: r.Account | None = None, **changes: Any) -> r.Conversation:
        """A contact with a conversation, as the first message makes them; `changes` are of the conversation."""
        owner = new_id("owner")
        await self.arrive(igsid, account=account)
        work = next(one for one in await self.claim(owner) if one.igsid == igsid)
        contact = new_contact(work, self.now)
        conversation = dataclasses.replace(new_conversation(work, contact, self.now), **changes)
        assert await self.store_one(self.handled(work, owner, contact=contact, conversation=conversation))
        return conversation

    async def change(self, thread: r.Conversation, /, **changes: Any) -> bool:
        """Store a checkpoint with these changes in the thread's lane."""
        owner = new_id("owner")
        await self.arrive(thread.lane.split(":", 1)[1])
        work = next(one for one in await self.claim(owner) if one.lane == thread.lane)
        return await self.store_one(self.handled(work, owner, **changes))

    async def queue(self, conversation: r.Conversation, *texts: str, **changes: Any) -> list[r.Message]:
        """Queue outgoing messages, a second apart."""
        messages = []
        for text in texts:
            self.clock.advance(1)
            messages.append(self.message(conversation, "out", text=text, **changes))
            await self.store.inbox.enqueue(messages[-1], None)
        return messages

    async def claim_sends(
        self, owner: str = "sender", limit: int = 64, per_account: int = 64, excluded: Sequence[str] = ()
    ) -> list[r.Send]:
        """Claim sends now, for 30 seconds."""
        return await self.store.queue.claim_sends(
            owner, self.now, self.now + LEASE, limit, per_account=per_account, excluded=excluded
        )

    async def thread(self, conversation: r.Conversation) -> r.Conversation:
        """The conversation as it is stored."""
        thread = await self.store.inbox.thread(self.workspace_id, conversation.id)
        assert thread is not None
        return thread.conversation


async def make_world(store: Store, clock: ManualClock) -> World:
    """A new workspace with its owner and one connected account."""
    user = new_user(clock.now())
    assert await store.members.create_user(user, "Shop")
    account = await store.accounts.connect(new_account(user, clock.now()))
    assert account is not None
    return World(store, clock, user, account)


def new_user(now: dt.datetime, **changes: Any) -> r.User:
    """An owner of a new workspace."""
    user_id = new_id("usr")
    user = r.User(user_id, new_id("ws"), "owner", "Ann", f"{user_id}@example.com", "hash", None, now)
    return dataclasses.replace(user, **changes)


def new_session(user: r.User, now: dt.datetime) -> r.Session:
    """A sign-in for a day."""
    session_id = new_id("ses")
    ends = now + dt.timedelta(days=1)
    return r.Session(
        session_id, user.id, user.workspace_id, f"c-{session_id}", "first", "Firefox", "127.0.0.1", now, ends
    )


def new_account(user: r.User, now: dt.datetime, **changes: Any) -> r.Account:
    """A connection not stored yet."""
    account_id = new_id("acc")
    account = r.Account(
        id=account_id,
        workspace_id=user.workspace_id,
        user_id=user.id,
        ig_user_id=f"ig-{account_id}",
        ig_scoped_id=f"scoped-{account_id}",
        username="shop",
        name="Shop",
        picture_url=None,
        state="ok",
        sealed_token="sealed",
        token_expires_at=now + dt.timedelta(days=60),
        connected_at=now,
    )
    return dataclasses.replace(account, **changes)


def new_flow(world: World, name: str = "Welcome", **changes: Any) -> r.Flow:
    """A draft not stored yet."""
    flow = r.Flow(
        id=new_id("flow"),
        workspace_id=world.workspace_id,
        name=name,
        category="sales",
        status="draft",
        priority=0,
        reentry={"mode": "always"},
        graph={"nodes": [], "edges": []},
        revision=1,
        published_version=None,
        created_at=world.now,
        updated_at=world.now,
    )
    return dataclasses.replace(flow, **changes)


def new_version(flow: r.Flow, number: int = 1) -> r.FlowVersion:
    """What publishing the flow makes."""
    return r.FlowVersion(
        new_id("ver"), flow.id, flow.workspace_id, number, flow.name, flow.graph, None, "", flow.updated_at
    )


def new_contact(work: r.Work, now: dt.datetime, **changes: Any) -> r.Contact:
    """The contact of a claimed lane, without a profile."""
    contact = r.Contact(
        id=new_id("con"),
        workspace_id=work.account.workspace_id,
        account_id=work.account.id,
        igsid=work.igsid,
        name=None,
        username=None,
        picture_url=None,
        profile_at=None,
        tags=[],
        fields={},
        variables={},
        created_at=now,
        updated_at=now,
    )
    return dataclasses.replace(contact, **changes)


def new_conversation(work: r.Work, contact: r.Contact, now: dt.datetime, **changes: Any) -> r.Conversation:
    """The conversation of a claimed lane."""
    conversation = r.Conversation(
        id=new_id("cnv"),
        workspace_id=contact.workspace_id,
        account_id=contact.account_id,
        contact_id=contact.id,
        lane=work.lane,
        last_text="Hello",
        last_at=now,
        last_direction="in",
        unread_count=0,
        status="open",
        assignee_id=None,
        paused_until=None,
        window_expires_at=now + dt.timedelta(hours=24),
        created_at=now,
        updated_at=now,
    )
    return dataclasses.replace(conversation, **changes)
