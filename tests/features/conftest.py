"""A real SQLite store, a clock that moves when told, and workspaces with people in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from instantchat.features.auth.member import Member
from instantchat.kit.clock import ManualClock
from instantchat.kit.ids import new_id
from instantchat.runtime.live import LiveEvent
from instantchat.store import records as r
from instantchat.store.connect import open_store
from instantchat.store.ports import Store

Join = Callable[..., Awaitable[Member]]
Talk = Callable[..., Awaitable[r.Thread]]
Change = Callable[[r.Thread], Awaitable[r.Thread]]


class Listening:
    """A publisher that remembers."""

    def __init__(self) -> None:
        self.events: list[LiveEvent] = []

    def publish(self, event: LiveEvent) -> None:
        self.events.append(event)

    def kinds(self) -> list[str]:
        """What was told, in order; forgets it."""
        told = [event.kind for event in self.events]
        self.events.clear()
        return told


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(dt.datetime.now(dt.UTC).replace(microsecond=0))


@pytest.fixture
def publisher() -> Listening:
    return Listening()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/test.db")
    await store.start()
    yield store
    await store.close()


@pytest.fixture
def join(store: Store, clock: ManualClock) -> Join:
    """Sign somebody up: `await join("Ann", role="viewer")`; everyone gets a workspace of their own."""

    async def join(name: str = "Ann", **changes: Any) -> Member:
        user = r.User(
            id=new_id("usr"),
            workspace_id=new_id("ws"),
            role="owner",
            name=name,
            email=f"{new_id(name.lower())}@example.com",
            password_hash="x",
            avatar_url=None,
            created_at=clock.now(),
        )
        assert await store.members.create_user(user, f"{name}'s workspace")
        given = {"role": "owner", "kind": "person", **changes}
        return Member(user.id, user.workspace_id, given["role"], name, user.email, "ses_1", given["kind"])

    return join


@pytest.fixture
async def ann(join: Join) -> Member:
    return await join("Ann")


@pytest.fixture
async def bob(join: Join) -> Member:
    return await join("Bob")


@pytest.fixture
def connected(store: Store, clock: ManualClock) -> Callable[..., Awaitable[r.Account]]:
    """Store a connected account of a member's workspace."""

    async def connected(member: Member, ig_user_id: str = "17841400000000001") -> r.Account:
        account = await store.accounts.connect(
            r.Account(
                id=new_id("acc"),
                workspace_id=member.workspace_id,
                user_id=member.user_id,
                ig_user_id=ig_user_id,
                ig_scoped_id=f"9{ig_user_id}",
                username="shop",
                name="The Shop",
                picture_url=None,
                state="ok",
                sealed_token="sealed",
                token_expires_at=None,
                connected_at=clock.now(),
            )
        )
        assert account is not None
        return account

    return connected


@pytest.fixture
def talk(store: Store, clock: ManualClock, connected: Callable[..., Awaitable[r.Account]]) -> Talk:
    """Let a person write to a member's account, as the worker would store it; the thread that makes."""

    async def talk(member: Member, igsid: str = "901", text: str = "Hello", account: Any = None) -> r.Thread:
        now = clock.now()
        account = account or await connected(member)
        event = r.NewEvent(
            id=new_id("evt"),
            ig_user_id=account.ig_user_id,
            igsid=igsid,
            kind="message",
            natural_key=new_id("mid"),
            payload={"text": text},
            at=now,
            received_at=now,
        )
        assert await store.queue.ingest([event]) == ["new"]
        (work,) = await store.queue.claim_work("test", now, now + dt.timedelta(minutes=1), 10)
        assert await store.queue.checkpoint([_handled(member, work, text, now)]) == [True]
        thread = await store.inbox.thread_by_igsid(member.workspace_id, igsid, account.id)
        assert thread is not None
        return thread

    return talk


@pytest.fixture
def opt_out(store: Store, clock: ManualClock) -> Change:
    """The contact of a thread asks for no more automatic messages."""

    async def opt_out(thread: r.Thread) -> r.Thread:
        contact = replace(thread.contact, opted_out_at=clock.now())
        return await _changed(store, clock, thread, contact=contact)

    return opt_out


@pytest.fixture
def wait(store: Store, clock: ManualClock) -> Change:
    """A run begins in a thread, and waits for an answer."""

    async def wait(thread: r.Thread) -> r.Thread:
        talk, now = thread.conversation, clock.now()
        run = r.RunRecord(
            id=new_id("run"),
            workspace_id=talk.workspace_id,
            conversation_id=talk.id,
            lane=talk.lane,
            flow_id="flw_1",
            version_id="ver_1",
            state="waiting",
            waiting_for="reply",
            wake_at=None,
            rev=0,
            data={},
            trace=[],
            event_id=None,
            error=None,
            started_at=now,
            updated_at=now,
        )
        return await _changed(store, clock, thread, runs=[run])

    return wait


async def _changed(store: Store, clock: ManualClock, thread: r.Thread, **changes: Any) -> r.Thread:
    """A checkpoint of the thread's lane stores this."""
    now, talk = clock.now(), thread.conversation
    account = await store.accounts.account(talk.workspace_id, talk.account_id)
    assert account is not None
    key = new_id("mid")
    igsid = thread.contact.igsid
    event = r.NewEvent(new_id("evt"), account.ig_user_id, igsid, "read", key, {}, now, now)
    assert await store.queue.ingest([event]) == ["new"]
    (work,) = await store.queue.claim_work("test", now, now + dt.timedelta(minutes=1), 10)
    handled = [r.HandledEvent(each.id, decision={"reason": "recorded"}) for each in work.events]
    assert await store.queue.checkpoint([r.Checkpoint(work.lane, "test", handled, **changes)]) == [True]
    found = await store.inbox.thread(talk.workspace_id, talk.id)
    assert found is not None
    return found


def _handled(member: Member, work: r.Work, text: str, now: dt.datetime) -> r.Checkpoint:
    contact = r.Contact(
        id=new_id("con"),
        workspace_id=member.workspace_id,
        account_id=work.account.id,
        igsid=work.igsid,
        name="Carla",
        username="carla",
        picture_url=None,
        profile_at=now,
        tags=[],
        fields={},
        variables={},
        created_at=now,
        updated_at=now,
    )
    conversation = r.Conversation(
        id=new_id("cnv"),
        workspace_id=member.workspace_id,
        account_id=work.account.id,
        contact_id=contact.id,
        lane=work.lane,
        last_text=text,
        last_at=now,
        last_direction="in",
        unread_count=1,
        status="open",
        assignee_id=None,
        paused_until=None,
        window_expires_at=now + dt.timedelta(hours=24),
        created_at=now,
        updated_at=now,
    )
    message = r.Message(
        id=new_id("msg"),
        workspace_id=member.workspace_id,
        account_id=work.account.id,
        conversation_id=conversation.id,
        direction="in",
        source="instagram",
        sender_kind="contact",
        sender_id=contact.id,
        text=text,
        attachments=[],
        extras={},
        status="received",
        created_at=now,
        event_id=work.events[0].id,
    )
    return r.Checkpoint(
        lane=work.lane,
        owner="test",
        handled=[r.HandledEvent(event_id=event.id, decision={"reason": "none"}) for event in work.events],
        contact=contact,
        conversation=conversation,
        messages=[message],
        counts={"messages_in": 1},
    )
