from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from instantchat.errors import Conflict, Forbidden, Invalid, NotFound
from instantchat.features.auth.member import Member
from instantchat.features.inbox.rules import window_tag
from instantchat.features.inbox.service import InboxService
from instantchat.kit.clock import ManualClock
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.features.inbox.conftest import refused


async def queued(store: Store, thread: r.Thread) -> list[r.Message]:
    conversation = thread.conversation
    page = await store.inbox.messages(conversation.workspace_id, conversation.id, limit=100, cursor=None)
    return [message for message in reversed(page.data) if message.direction == "out"]


class TestSend:
    async def test_queues_and_tells_and_wakes_the_outbox(
        self, inbox: InboxService, ann: Member, thread: r.Thread, store: Store, publisher: Any, woken: list[bool]
    ) -> None:
        message = await inbox.send(ann, conversation_id=thread.conversation.id, text="  Hi Carla \n")
        assert (message.text, message.status, message.source) == ("Hi Carla", "queued", "web")
        assert (message.sender_kind, message.sender_id, message.extras) == ("member", ann.user_id, {})
        assert await queued(store, thread) == [message]
        assert publisher.kinds() == ["message", "conversation"]
        assert woken == [True]

    async def test_a_persons_message_pauses_flows_for_an_hour(
        self, inbox: InboxService, ann: Member, thread: r.Thread, clock: ManualClock
    ) -> None:
        conversation_id = thread.conversation.id
        await inbox.send(ann, conversation_id=conversation_id, text="Hi")
        now = (await inbox.conversation(ann, conversation_id)).conversation
        assert now.paused_until == clock.now() + dt.timedelta(hours=1)
        assert (now.last_text, now.last_direction) == ("Hi", "out")

    async def test_a_longer_pause_stays(
        self, inbox: InboxService, ann: Member, thread: r.Thread, clock: ManualClock
    ) -> None:
        until = clock.now() + dt.timedelta(days=2)
        await inbox.patch(ann, thread.conversation.id, {"paused_until": until})
        await inbox.send(ann, conversation_id=thread.conversation.id, text="Hi")
        assert (await inbox.conversation(ann, thread.conversation.id)).conversation.paused_until == until

    async def test_for_as_long_as_the_accounts_rules_say(
        self, inbox: InboxService, ann: Member, thread: r.Thread, clock: ManualClock, store: Store
    ) -> None:
        talk = thread.conversation
        await store.accounts.set_rules(ann.workspace_id, talk.account_id, {"pause_minutes": 120})
        await inbox.send(ann, conversation_id=talk.id, text="Hi")
        after = (await inbox.conversation(ann, talk.id)).conversation
        assert after.paused_until == clock.now() + dt.timedelta(hours=2)
        [note] = await inbox.notes(ann, talk.id, 9)
        assert note.text == "Ann answered: flows stay silent until 2 hours after the last answer."

    async def test_is_written_to_the_conversation_once_while_the_pause_grows(
        self, inbox: InboxService, ann: Member, thread: r.Thread, clock: ManualClock
    ) -> None:
        conversation_id = thread.conversation.id
        await inbox.send(ann, conversation_id=conversation_id, text="x" * 1500)
        clock.advance(1800)
        await inbox.send(ann, conversation_id=conversation_id, text="Hi again")
        [note] = await inbox.notes(ann, conversation_id, 9)
        assert (note.kind, note.text) == (
            "activity", "Ann answered: flows stay silent until 1 hour after the last answer.",
        )  # fmt: skip
        clock.advance(3601)
        await inbox.send(ann, conversation_id=conversation_id, text="Back")
        assert len(await inbox.notes(ann, conversation_id, 9)) == 2

    async def test_cancels_the_runs_that_wait_and_tells_of_it(
        self, inbox: InboxService, ann: Member, thread: r.Thread, wait: Any, publisher: Any
    ) -> None:
        await wait(thread)
        await inbox.send(ann, conversation_id=thread.conversation.id, text="Hi")
        assert publisher.kinds() == ["message", "run", "conversation"]
        [(run, _)] = await inbox.runs(ann, thread.conversation.id)
        assert (run.state, run.error) == (
            "cancelled", "taken_over: A person took the conversation over, so the run ended.",
        )  # fmt: skip

    async def test_changes_nothing_for_flows_where_the_account_has_no_pause(
        self, inbox: InboxService, ann: Member, thread: r.Thread, wait: Any, store: Store
    ) -> None:
        talk = thread.conversation
        await store.accounts.set_rules(ann.workspace_id, talk.account_id, {"pause_minutes": 0})
        await wait(thread)
        await inbox.send(ann, conversation_id=talk.id, text="Hi")
        [(run, _)] = await inbox.runs(ann, talk.id)
        after = (await inbox.conversation(ann, talk.id)).conversation
        assert (run.state, after.paused_until, await inbox.notes(ann, talk.id, 9)) == ("waiting", None, [])

    async def test_who_opted_out_is_written_to_by_hand_only(
        self, inbox: InboxService, ann: Member, thread: r.Thread, opt_out: Any, store: Store
    ) -> None:
        await opt_out(thread)
        program = replace(ann, kind="api_key")
        await refused(inbox.send(program, recipient_id="901", text="SALE", source="api"), Forbidden, "opted_out")
        await inbox.send(ann, conversation_id=thread.conversation.id, text="Hi")
        assert [message.text for message in await queued(store, thread)] == ["Hi"]

    async def test_a_program_pauses_nothing(
        self, inbox: InboxService, ann: Member, thread: r.Thread, wait: Any
    ) -> None:
        await wait(thread)
        program = replace(ann, kind="api_key")
        message = await inbox.send(program, recipient_id="901", text="Hi", source="api")
        assert (message.source, message.conversation_id) == ("api", thread.conversation.id)
        [(run, _)] = await inbox.runs(ann, thread.conversation.id)
        assert (run.state, await inbox.notes(ann, thread.conversation.id, 9)) == ("waiting", [])
        assert (await inbox.conversation(ann, thread.conversation.id)).conversation.paused_until is None

    async def test_a_long_text_goes_out_in_parts(
        self, inbox: InboxService, ann: Member, thread: r.Thread, store: Store, publisher: Any
    ) -> None:
        text = "ä" * 400 + " " + "ö" * 400
        first = await inbox.send(ann, conversation_id=thread.conversation.id, text=text, idempotency_key="k")
        parts = await queued(store, thread)
        assert [part.text for part in parts] == ["ä" * 400, "ö" * 400]
        assert parts[0] == first
        assert publisher.kinds() == ["message", "message", "conversation"]

    async def test_the_same_key_sends_once(
        self, inbox: InboxService, ann: Member, thread: r.Thread, store: Store
    ) -> None:
        text = "x" * 1500
        sent = [
            await inbox.send(ann, conversation_id=thread.conversation.id, text=text, idempotency_key="order-7")
            for _ in range(2)
        ]
        assert sent[0] == sent[1]
        assert len(await queued(store, thread)) == 2

    async def test_a_key_of_another_conversation_is_refused(
        self, inbox: InboxService, ann: Member, thread: r.Thread, talk: Any, store: Store
    ) -> None:
        account = await store.accounts.account(ann.workspace_id, thread.conversation.account_id)
        other = await talk(ann, igsid="902", account=account)
        await inbox.send(ann, conversation_id=thread.conversation.id, text="Hi", idempotency_key="k")
        again = inbox.send(ann, conversation_id=other.conversation.id, text="y" * 1500, idempotency_key="k")
        await refused(again, Conflict, "idempotency_key_used")
        assert await queued(store, other) == []

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "message_empty"),
            (" \n\t ", "message_empty"),
            ("\x00", "message_empty"),
            ("x" * 20_001, "message_too_long"),
        ],
    )
    async def test_refuses_what_is_no_message(
        self, inbox: InboxService, ann: Member, thread: r.Thread, store: Store, text: str, code: str
    ) -> None:
        await refused(inbox.send(ann, conversation_id=thread.conversation.id, text=text), Invalid, code)
        assert await queued(store, thread) == []

    async def test_half_characters_are_replaced(self, inbox: InboxService, ann: Member, thread: r.Thread) -> None:
        message = await inbox.send(ann, conversation_id=thread.conversation.id, text="a\ud800b\x00c")
        assert message.text == "a?bc"

    async def test_strangers_and_missing_recipients(self, inbox: InboxService, ann: Member, thread: r.Thread) -> None:
        await refused(inbox.send(ann, recipient_id="999", text="Hi"), NotFound, "recipient_unknown")
        wrong = inbox.send(ann, recipient_id="901", account_id="acc_other", text="Hi")
        await refused(wrong, NotFound, "recipient_unknown")
        await refused(inbox.send(ann, text="Hi"), Invalid, "recipient_missing")
        await refused(inbox.send(ann, conversation_id="cnv_x", text="Hi"), NotFound, "conversation_not_found")
        bad = inbox.send(ann, conversation_id=thread.conversation.id, text="Hi", idempotency_key="k" * 201)
        await refused(bad, Invalid, "idempotency_key_bad")

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            ("disconnected", "account_disconnected"),
            ("reauth_needed", "reauth_needed"),
            ("restricted", "account_restricted"),
        ],
    )
    async def test_an_account_that_cannot_send(
        self, inbox: InboxService, ann: Member, thread: r.Thread, store: Store, state: Any, code: str
    ) -> None:
        await store.accounts.set_state(thread.conversation.account_id, state, None)
        await refused(inbox.send(ann, conversation_id=thread.conversation.id, text="Hi"), Conflict, code)
        assert await queued(store, thread) == []


class TestWindow:
    async def test_a_person_has_seven_days(
        self, inbox: InboxService, ann: Member, thread: r.Thread, clock: ManualClock
    ) -> None:
        conversation_id = thread.conversation.id
        clock.advance(24 * 3600 - 1)
        assert (await inbox.send(ann, conversation_id=conversation_id, text="Hi")).extras == {}
        clock.advance(1)
        assert (await inbox.send(ann, conversation_id=conversation_id, text="Hi")).extras == {"tag": "HUMAN_AGENT"}
        clock.advance(6 * 24 * 3600)
        await refused(inbox.send(ann, conversation_id=conversation_id, text="Hi"), Forbidden, "window_closed")

    async def test_after_an_ad_the_seven_days_are_all_there_are(self, thread: r.Thread, clock: ManualClock) -> None:
        now = clock.now()
        week = now + dt.timedelta(days=7)
        conversation = replace(thread.conversation, heard_at=now, window_expires_at=week)
        assert window_tag(conversation, week - dt.timedelta(seconds=1), is_person=True) is None
        with pytest.raises(Forbidden) as refusal:
            window_tag(conversation, week, is_person=True)
        assert refusal.value.message.startswith("More than 7 days")

    async def test_a_program_has_one(
        self, inbox: InboxService, ann: Member, thread: r.Thread, clock: ManualClock
    ) -> None:
        clock.advance(24 * 3600)
        call = inbox.send(replace(ann, kind="api_key"), conversation_id=thread.conversation.id, text="Hi")
        await refused(call, Forbidden, "window_closed")


class TestWhoMay:
    async def test_another_workspace_cannot_write_here(
        self, inbox: InboxService, bob: Member, thread: r.Thread, store: Store
    ) -> None:
        call = inbox.send(bob, conversation_id=thread.conversation.id, text="Hi")
        await refused(call, NotFound, "conversation_not_found")
        await refused(inbox.send(bob, recipient_id="901", text="Hi"), NotFound, "recipient_unknown")
        assert await queued(store, thread) == []

    async def test_a_viewer_cannot_write(self, inbox: InboxService, ann: Member, thread: r.Thread) -> None:
        call = inbox.send(replace(ann, role="viewer"), conversation_id=thread.conversation.id, text="Hi")
        await refused(call, Forbidden, "role_required")
