"""A message that did not arrive is sent again by a person, once."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from instantchat.errors import Conflict, Forbidden, NotFound
from instantchat.features.auth.member import Member
from instantchat.features.inbox.api import build_router
from instantchat.features.inbox.service import InboxService
from instantchat.features.inbox.views import bubble_of
from instantchat.kit.clock import ManualClock
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.features.inbox.conftest import refused
from tests.features.web import as_, client

SECOND = dt.timedelta(seconds=1)


class Failing:
    """Makes messages of a conversation that ended as the test says."""

    def __init__(self, store: Store, clock: ManualClock, thread: r.Thread) -> None:
        self._store, self._clock, self._talk = store, clock, thread.conversation

    async def message(self, status: Any = "rejected", **changes: Any) -> r.Message:
        now = self._clock.now()
        like = (await self._store.inbox.messages(self._talk.workspace_id, self._talk.id, limit=1, cursor=None)).data[0]
        given: dict[str, Any] = {"text": "Hi", "extras": {}, "sender_kind": "flow", "sender_id": None, **changes}
        out = replace(
            like, id=f"msg_{status}_{len(changes)}", direction="out", status="queued", event_id=None, mid=None,
            created_at=now, **given,
        )  # fmt: skip
        await self._store.inbox.enqueue(out, None)
        queue = self._store.queue
        (send,) = await queue.claim_sends("s", now, now + SECOND, 9, per_account=9, excluded=())
        result = r.SendResult(send.message.id, "s", status, error_code="blocked", error_text="They blocked you.")
        (stored,) = await queue.settle_sends([result], now)
        return stored


@pytest.fixture
def failing(store: Store, clock: ManualClock, thread: r.Thread) -> Failing:
    return Failing(store, clock, thread)


class TestResend:
    @pytest.mark.parametrize("status", ["rejected", "unknown"])
    async def test_queues_what_was_said_and_marks_the_old_one(
        self, inbox: InboxService, ann: Member, failing: Failing, publisher: Any, woken: list[bool], status: str
    ) -> None:
        chips = {"quickReplies": [{"title": "Yes", "payload": "y"}]}
        picture = [{"type": "image", "url": "https://example.com/a.png"}]
        old = await failing.message(
            status, extras={**chips, "typingSeconds": 2, "tag": "HUMAN_AGENT"}, attachments=picture
        )
        new = await inbox.resend(ann, old.conversation_id, old.id)
        assert (new.status, new.text, new.attachments, new.extras) == ("queued", "Hi", picture, chips)
        assert (new.sender_kind, new.sender_id, new.source) == ("member", ann.user_id, "web")
        told = [event.record for event in publisher.events if event.kind == "message"]
        assert [(message.id, message.extras.get("resentAs")) for message in told] == [(old.id, new.id), (new.id, None)]
        assert woken == [True]

    async def test_once_whoever_asks(
        self, inbox: InboxService, ann: Member, failing: Failing, store: Store, woken: list[bool]
    ) -> None:
        old = await failing.message()
        carl = replace(ann, user_id="usr_carl", role="agent")
        found = await asyncio.gather(
            *(inbox.resend(member, old.conversation_id, old.id) for member in (ann, carl, ann, carl))
        )
        assert len({message.id for message in found}) == 1
        page = await store.inbox.messages(ann.workspace_id, old.conversation_id, limit=9, cursor=None)
        assert [message.direction for message in page.data].count("out") == 2
        assert woken == [True]

    async def test_pauses_flows_as_long_as_the_account_wants(
        self, inbox: InboxService, ann: Member, failing: Failing, store: Store, clock: ManualClock
    ) -> None:
        old = await failing.message()
        await store.accounts.set_rules(ann.workspace_id, old.account_id, {"pause_minutes": 5})
        await inbox.resend(ann, old.conversation_id, old.id)
        conversation = (await inbox.conversation(ann, old.conversation_id)).conversation
        assert conversation.paused_until == clock.now() + dt.timedelta(minutes=5)

    async def test_a_program_pauses_nothing(self, inbox: InboxService, ann: Member, failing: Failing) -> None:
        old = await failing.message()
        await inbox.resend(replace(ann, kind="api_key"), old.conversation_id, old.id)
        assert (await inbox.conversation(ann, old.conversation_id)).conversation.paused_until is None

    async def test_a_person_may_after_a_day(
        self, inbox: InboxService, ann: Member, failing: Failing, clock: ManualClock
    ) -> None:
        old = await failing.message()
        clock.advance(25 * 3600)
        assert (await inbox.resend(ann, old.conversation_id, old.id)).extras == {"tag": "HUMAN_AGENT"}

    async def test_not_after_a_week(
        self, inbox: InboxService, ann: Member, failing: Failing, clock: ManualClock
    ) -> None:
        old = await failing.message()
        clock.advance(8 * 24 * 3600)
        await refused(inbox.resend(ann, old.conversation_id, old.id), Forbidden, "window_closed")

    async def test_not_by_an_account_that_cannot_send(
        self, inbox: InboxService, ann: Member, failing: Failing, store: Store
    ) -> None:
        old = await failing.message()
        await store.accounts.set_state(old.account_id, "restricted", None)
        await refused(inbox.resend(ann, old.conversation_id, old.id), Conflict, "account_restricted")

    @pytest.mark.parametrize(
        ("status", "extras", "code"),
        [
            ("sent", {}, "not_failed"),
            ("unknown", {"commentId": "c1"}, "private_reply_spent"),
            ("rejected", {"commentId": "c1"}, "private_reply_spent"),
            ("rejected", {"action": "react", "mid": "m", "emoji": "x"}, "not_a_message"),
            ("unknown", {"action": "comment_reply", "commentId": "c1"}, "not_a_message"),
        ],
    )
    async def test_not_what_must_not_go_twice(
        self, inbox: InboxService, ann: Member, failing: Failing, status: str, extras: r.Json, code: str
    ) -> None:
        old = await failing.message(status, extras=extras)
        await refused(inbox.resend(ann, old.conversation_id, old.id), Conflict, code)

    async def test_not_by_viewers_and_strangers(
        self, inbox: InboxService, ann: Member, bob: Member, failing: Failing
    ) -> None:
        old = await failing.message()
        talk = old.conversation_id
        await refused(inbox.resend(replace(ann, role="viewer"), talk, old.id), Forbidden, "role_required")
        await refused(inbox.resend(bob, talk, old.id), NotFound, "conversation_not_found")
        await refused(inbox.resend(ann, talk, "msg_none"), NotFound, "message_not_found")


class TestBubble:
    async def test_offers_it_while_it_can_be_done(self, inbox: InboxService, ann: Member, failing: Failing) -> None:
        old = await failing.message("unknown")
        assert bubble_of(old, {}).can_resend
        await inbox.resend(ann, old.conversation_id, old.id)
        page = await inbox.messages(ann, old.conversation_id)
        bubbles = {message.id: bubble_of(message, {}) for message in page.data}
        assert not any(bubble.can_resend for bubble in bubbles.values())
        assert bubbles[old.id].marks == ["Sent again"]

    async def test_says_why_a_private_reply_cannot_be(self, failing: Failing) -> None:
        bubble = bubble_of(await failing.message("unknown", extras={"commentId": "c1"}), {})
        assert not bubble.can_resend
        assert bubble.advice.startswith("Instagram allows one private reply to a comment")

    async def test_says_what_a_check_found(self, failing: Failing) -> None:
        message = await failing.message("sent", extras={"foundByCheck": True})
        assert bubble_of(message, {}).marks == ["Found by check"]


class TestApi:
    async def test_202_with_the_new_message(
        self, inbox: InboxService, ann: Member, failing: Failing, clock: ManualClock
    ) -> None:
        old = await failing.message()
        assembly: Any = SimpleNamespace(inbox=inbox)
        web = client(build_router(assembly), clock, ann=ann)
        url = f"/api/messages/instagram/{old.conversation_id}/messages/{old.id}/resend"
        answers = [await web.post(url, headers=as_("ann")) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].json() == answers[1].json()
        assert (answers[0].json()["text"], answers[0].json()["source"]) == ("Hi", "api")
