from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from instantchat.errors import AppError, Forbidden, Invalid, NotFound
from instantchat.features.auth.member import Member
from instantchat.features.inbox.service import InboxService
from instantchat.kit.clock import ManualClock
from instantchat.runtime.live import Typing
from instantchat.store import records as r
from instantchat.store.ports import Store


async def refused(call: Awaitable[Any], kind: type[AppError], code: str) -> None:
    with pytest.raises(kind) as caught:
        await call
    assert caught.value.code == code


@pytest.fixture
def inbox(store: Store, clock: ManualClock, publisher: Any) -> InboxService:
    return InboxService(store, clock, publisher, lambda: None)


@pytest.fixture
async def thread(talk: Any, ann: Member) -> r.Thread:
    thread: r.Thread = await talk(ann)
    return thread


class TestReading:
    async def test_conversations_newest_first_with_unread(
        self, inbox: InboxService, ann: Member, thread: r.Thread, talk: Any, store: Store, clock: ManualClock
    ) -> None:
        clock.advance(5)
        account = await store.accounts.account(ann.workspace_id, thread.conversation.account_id)
        newer = await talk(ann, igsid="902", text="And me", account=account)
        found = await inbox.conversations(ann, limit=1)
        rest = await inbox.conversations(ann, limit=1, cursor=found.next_cursor)
        assert [each.conversation.id for each in [*found.data, *rest.data]] == [
            newer.conversation.id,
            thread.conversation.id,
        ]
        assert (found.total_unread, rest.next_cursor) == (2, None)
        assert (await inbox.conversations(ann, status="done")).data == []

    async def test_messages(self, inbox: InboxService, ann: Member, thread: r.Thread) -> None:
        page = await inbox.messages(ann, thread.conversation.id)
        assert [(each.text, each.direction, each.sender_kind) for each in page.data] == [("Hello", "in", "contact")]

    async def test_explains_events(self, inbox: InboxService, ann: Member, thread: r.Thread) -> None:
        (found,) = await inbox.events(ann, thread.conversation.id)
        decision = (await inbox.why.event(ann, found.event.id)).decision
        assert decision is not None and decision.reason == "none"
        assert await inbox.runs(ann, thread.conversation.id) == []
        await refused(inbox.why.run(ann, "run_x"), NotFound, "run_not_found")
        await refused(inbox.why.event(ann, "evt_x"), NotFound, "event_not_found")
        await refused(inbox.why.message(ann, "msg_x"), NotFound, "message_not_found")

    async def test_names_of_those_who_wrote(self, inbox: InboxService, ann: Member, bob: Member) -> None:
        assert await inbox.sender_names(ann, [ann.user_id, bob.user_id, "flow_x"]) == {ann.user_id: "Ann"}


class TestMarkRead:
    async def test_clears_the_count_and_tells(
        self, inbox: InboxService, ann: Member, thread: r.Thread, publisher: Any
    ) -> None:
        assert (await inbox.mark_read(ann, thread.conversation.id)).conversation.unread_count == 0
        assert (await inbox.conversations(ann)).total_unread == 0
        assert publisher.kinds() == ["conversation"]


class TestPatch:
    async def test_sets_status_assignee_and_pause(
        self, inbox: InboxService, ann: Member, thread: r.Thread, clock: ManualClock, publisher: Any
    ) -> None:
        until = clock.now() + dt.timedelta(hours=3)
        changes = {"status": "waiting", "assignee_id": ann.user_id, "paused_until": until}
        now = (await inbox.patch(ann, thread.conversation.id, changes)).conversation
        assert (now.status, now.assignee_id, now.paused_until) == ("waiting", ann.user_id, until)
        assert publisher.kinds() == ["conversation"]

    async def test_none_or_a_past_moment_resumes(
        self, inbox: InboxService, ann: Member, thread: r.Thread, clock: ManualClock
    ) -> None:
        conversation_id = thread.conversation.id
        for resume in (None, clock.now()):
            await inbox.patch(ann, conversation_id, {"paused_until": clock.now() + dt.timedelta(hours=1)})
            now = await inbox.patch(ann, conversation_id, {"paused_until": resume, "assignee_id": None})
            assert now.conversation.paused_until is None

    async def test_pausing_and_resuming_by_hand_are_written_to_the_conversation(
        self, inbox: InboxService, ann: Member, thread: r.Thread, clock: ManualClock
    ) -> None:
        talk_id = thread.conversation.id
        await inbox.patch(ann, talk_id, {"paused_until": clock.now() + dt.timedelta(minutes=90)})
        await inbox.patch(ann, talk_id, {"status": "done"})
        clock.advance(1)
        await inbox.patch(ann, talk_id, {"paused_until": None})
        await inbox.patch(ann, talk_id, {"paused_until": None})
        notes = await inbox.notes(ann, talk_id, 9)
        assert [(note.kind, note.text) for note in reversed(notes)] == [
            ("activity", "Ann paused flows for 90 minutes."),
            ("activity", "Ann let flows answer again."),
        ]

    async def test_an_opt_out_is_lifted_and_that_is_written_too(
        self, inbox: InboxService, ann: Member, thread: r.Thread, opt_out: Any, publisher: Any
    ) -> None:
        await opt_out(thread)
        for _ in range(2):
            after = await inbox.patch(ann, thread.conversation.id, {"opted_out": False})
            assert after.contact.opted_out_at is None
        assert publisher.events[-1].record == after
        [note] = await inbox.notes(ann, thread.conversation.id, 9)
        assert note.text == "Ann allowed automatic messages again."

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"opted_out": True}, "unknown_change"),
            ({"assignee_id": "usr_x"}, "unknown_member"),
            ({"paused_until": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}, "pause_too_long"),
            ({"status": "gone"}, "unknown_change"),
            ({"status": None}, "unknown_change"),
            ({"unread_count": 0}, "unknown_change"),
        ],
    )
    async def test_refuses_other_changes(
        self, inbox: InboxService, ann: Member, thread: r.Thread, changes: dict[str, Any], code: str
    ) -> None:
        await refused(inbox.patch(ann, thread.conversation.id, changes), Invalid, code)

    async def test_only_people_of_the_workspace_are_assigned(
        self, inbox: InboxService, ann: Member, bob: Member, thread: r.Thread
    ) -> None:
        call = inbox.patch(ann, thread.conversation.id, {"assignee_id": bob.user_id})
        await refused(call, Invalid, "unknown_member")


class TestTyping:
    async def test_tells_the_workspace(
        self, inbox: InboxService, ann: Member, thread: r.Thread, publisher: Any
    ) -> None:
        await inbox.typing(ann, thread.conversation.id, True)
        (event,) = publisher.events
        assert event.workspace_id == ann.workspace_id
        assert event.record == Typing(thread.conversation.id, ann.user_id, "Ann", True)


class TestNotes:
    async def test_a_note_is_kept_once_for_its_key_and_told(
        self, inbox: InboxService, ann: Member, thread: r.Thread, publisher: Any
    ) -> None:
        conversation_id = thread.conversation.id
        first = await inbox.add_note(ann, conversation_id, " Call her on Monday. ", key="k1")
        again = await inbox.add_note(ann, conversation_id, "Call her on Monday.", key="k1")
        assert (again.id, first.text, first.author_id) == (first.id, "Call her on Monday.", ann.user_id)
        assert [each.id for each in await inbox.notes(ann, conversation_id, 10)] == [first.id]
        assert publisher.kinds() == ["conversation"]

    @pytest.mark.parametrize(("text", "code"), [(" \n", "note_empty"), ("x" * 2_001, "note_too_long")])
    async def test_refuses_other_texts(
        self, inbox: InboxService, ann: Member, thread: r.Thread, text: str, code: str
    ) -> None:
        await refused(inbox.add_note(ann, thread.conversation.id, text), Invalid, code)
        assert len((await inbox.add_note(ann, thread.conversation.id, "x" * 2_000)).text) == 2_000


class TestWhoMay:
    async def test_another_workspace_sees_nothing(
        self, inbox: InboxService, ann: Member, bob: Member, thread: r.Thread, publisher: Any
    ) -> None:
        conversation_id = thread.conversation.id
        calls: list[Callable[[], Awaitable[Any]]] = [
            lambda: inbox.conversation(bob, conversation_id),
            lambda: inbox.messages(bob, conversation_id),
            lambda: inbox.mark_read(bob, conversation_id),
            lambda: inbox.patch(bob, conversation_id, {"status": "done"}),
            lambda: inbox.typing(bob, conversation_id, True),
            lambda: inbox.runs(bob, conversation_id),
            lambda: inbox.events(bob, conversation_id),
            lambda: inbox.notes(bob, conversation_id, 10),
            lambda: inbox.add_note(bob, conversation_id, "Hello"),
        ]
        for call in calls:
            await refused(call(), NotFound, "conversation_not_found")
        (found,) = await inbox.events(ann, conversation_id)
        await refused(inbox.why.event(bob, found.event.id), NotFound, "event_not_found")
        (message,) = (await inbox.messages(ann, conversation_id)).data
        await refused(inbox.why.message(bob, message.id), NotFound, "message_not_found")
        assert (await inbox.conversations(bob)).data == []
        assert (await inbox.conversations(bob)).total_unread == 0
        assert publisher.kinds() == []

    async def test_a_viewer_only_reads(self, inbox: InboxService, ann: Member, thread: r.Thread) -> None:
        viewer = replace(ann, role="viewer")
        assert (await inbox.conversations(viewer)).total_unread == 1
        await refused(inbox.mark_read(viewer, thread.conversation.id), Forbidden, "role_required")
        await refused(inbox.patch(viewer, thread.conversation.id, {}), Forbidden, "role_required")
        await refused(inbox.add_note(viewer, thread.conversation.id, "Hello"), Forbidden, "role_required")
