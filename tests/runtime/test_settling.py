"""Sends whose outcome nobody knows, looked for where they would stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from instantchat.channels.instagram.errors import MetaUnreachable
from instantchat.runtime.outbox import CLAIM
from instantchat.runtime.settling import LOOKS, next_look
from instantchat.store.records import Json, Message
from tests.runtime.missed import Missed, missed_world
from tests.runtime.test_reconciler import on_comment

LOST_ANSWER = {"failNext": {"code": 1, "status": 500, "afterSend": True}, "dropEcho": True}
NOT_SENT = {"failNext": {"code": 1, "status": 500, "afterSend": False}}


@pytest.fixture
async def missed(tmp_path: Path) -> AsyncIterator[Missed]:
    async with missed_world(tmp_path) as made:
        yield made


@pytest.fixture
async def igsid(missed: Missed) -> str:
    return await missed.world.customer()


async def ask(missed: Missed, igsid: str, faults: Json, text: str = "price?") -> Message:
    """The person asks, a flow answers, and the faults are what comes of the answer."""
    await missed.world.write(igsid, text)
    await missed.hand_over()
    await missed.world.api("PUT", "faults", faults)
    await missed.settle_down()
    return await missed.outgoing(igsid)


async def look(missed: Missed, *, after: float) -> int:
    missed.clock.advance(after)
    return await missed.settler.settle_due()


class TestFound:
    async def test_is_sent_with_the_mid_that_stands_there(self, missed: Missed, igsid: str, greeting: Json) -> None:
        await missed.stage.flow(greeting)
        assert (await ask(missed, igsid, LOST_ANSWER)).status == "unknown"
        assert await look(missed, after=4) == 0
        assert await look(missed, after=1) == 1
        found = await missed.outgoing(igsid)
        assert (found.status, found.mid, found.error_code) == ("sent", await missed.last_mid(igsid), None)
        assert missed.stage.heard.events[-1].record == found
        assert await look(missed, after=3600) == 0
        assert await missed.thread(igsid) == ["price?", "Re price?"]

    async def test_its_echo_is_ours_when_it_comes_at_last(self, missed: Missed, igsid: str, greeting: Json) -> None:
        await missed.stage.flow(greeting)
        await ask(missed, igsid, {**LOST_ANSWER, "dropEcho": False, "hold": True})
        await look(missed, after=6)
        await missed.world.api("PUT", "faults", {"hold": False})
        await missed.hand_over()
        await missed.settle_down()
        assert [status for _, _, status in await missed.stage.lines(igsid)] == ["received", "sent"]

    async def test_after_the_process_died(self, missed: Missed, igsid: str, greeting: Json) -> None:
        """The call was made; its answer came to nobody."""
        await missed.stage.flow(greeting)
        await missed.world.write(igsid, "price?")
        await missed.hand_over()
        await missed.stage.work()
        now, queue = missed.clock.now(), missed.stage.store.queue
        (send,) = await queue.claim_sends("dead", now, now + CLAIM, 1, per_account=1, excluded=())
        await missed.world.raw_send({"recipient": {"id": igsid}, "message": {"text": send.message.text}})
        missed.clock.advance(3600)
        await missed.stage.new_outbox().recover()
        missed.settler = missed.new_settler()
        assert await look(missed, after=0) == 1
        assert (await missed.outgoing(igsid)).status == "sent"

    async def test_pictures(self, missed: Missed, igsid: str) -> None:
        await missed.world.write(igsid, "hi")
        await missed.hand_over()
        await missed.stage.work()
        conversation = await missed.stage.conversation(igsid)
        picture = [{"type": "image", "url": "https://example.com/a.png"}]
        await missed.world.api("PUT", "faults", LOST_ANSWER)
        (incoming,) = await missed.stage.messages(igsid)
        await queue(missed, incoming, conversation.id, attachments=picture)
        await missed.stage.send()
        await look(missed, after=6)
        assert (await missed.outgoing(igsid)).status == "sent"

    async def test_private_replies(self, missed: Missed, igsid: str) -> None:
        await missed.stage.flow(on_comment("The list"))
        await missed.world.comment(igsid, "PRICE")
        await missed.hand_over()
        await missed.world.api("PUT", "faults", LOST_ANSWER)
        await missed.settle_down()
        assert (await missed.outgoing(igsid)).status == "unknown"
        await look(missed, after=6)
        assert (await missed.outgoing(igsid)).status == "sent"


class TestNotFound:
    async def test_stays_unknown_and_is_looked_for_ten_minutes(
        self, missed: Missed, igsid: str, greeting: Json
    ) -> None:
        await missed.stage.flow(greeting)
        assert (await ask(missed, igsid, NOT_SENT)).status == "unknown"
        looks = [await look(missed, after=5) for _ in range(200)]
        assert sum(looks) == len(LOOKS)
        assert (await missed.outgoing(igsid)).status == "unknown"
        assert await missed.thread(igsid) == ["price?"]

    async def test_what_stood_there_before_the_call_is_not_it(self, missed: Missed, igsid: str, greeting: Json) -> None:
        await missed.stage.flow(greeting)
        await missed.lose()
        body = {"igsid": igsid, "text": "Re price?"}
        await missed.world.api("POST", f"accounts/{missed.world.account_id}/messages", body)
        missed.clock.advance(30)
        await ask(missed, igsid, NOT_SENT)
        await look(missed, after=6)
        assert (await missed.outgoing(igsid)).status == "unknown"

    async def test_another_message_that_says_the_same_is_not_it(
        self, missed: Missed, igsid: str, greeting: Json
    ) -> None:
        await missed.stage.flow(greeting)
        await missed.world.api("PUT", "faults", {"dropEcho": True})
        await ask(missed, igsid, {})
        await ask(missed, igsid, NOT_SENT)
        await look(missed, after=6)
        lines = [status for who, _, status in await missed.stage.lines(igsid) if who == "flow"]
        assert sorted(lines) == ["sent", "unknown"]

    async def test_found_by_a_check_it_is_not_what_was_sent_before(
        self, missed: Missed, igsid: str, greeting: Json
    ) -> None:
        """The owner wrote the same on the phone, before."""
        await missed.switch_on()
        await missed.check(after=0)
        await missed.stage.flow(greeting)
        await missed.lose()
        body = {"igsid": igsid, "text": "Re price?"}
        await missed.world.api("POST", f"accounts/{missed.world.account_id}/messages", body)
        missed.clock.advance(30)
        await ask(missed, igsid, NOT_SENT)
        await missed.check()
        assert sorted(await missed.stage.lines(igsid))[-2:] == [
            ("flow", "Re price?", "unknown"),
            ("phone", "Re price?", "sent"),
        ]

    async def test_an_account_that_cannot_be_read(self, missed: Missed, igsid: str, greeting: Json) -> None:
        await missed.stage.flow(greeting)
        await ask(missed, igsid, LOST_ANSWER)
        client: Any = missed.world.client
        call, client.measured_call = client.measured_call, unreachable
        await look(missed, after=6)
        assert (await missed.outgoing(igsid)).status == "unknown"
        client.measured_call = call
        await look(missed, after=15)
        assert (await missed.outgoing(igsid)).status == "sent"


class TestWhen:
    def test_from_seconds_to_minutes(self) -> None:
        began = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        looks, now = [], began
        while (at := next_look(began, now)) is not None:
            looks.append((at - began).total_seconds())
            now = at
        assert looks == [5, 20, 60, 180, 600]


async def unreachable(*_given: Any, **_more: Any) -> Any:
    raise MetaUnreachable("no answer")


async def queue(missed: Missed, like: Message, conversation_id: str, **changes: Any) -> None:
    """An outgoing message of a member."""
    message = Message(
        id="msg_out",
        workspace_id=like.workspace_id,
        account_id=like.account_id,
        conversation_id=conversation_id,
        direction="out",
        source="web",
        sender_kind="member",
        sender_id=None,
        text="",
        extras={},
        status="queued",
        created_at=missed.clock.now() + dt.timedelta(seconds=1),
        **changes,
    )
    await missed.stage.store.inbox.enqueue(message, None)
