"""What effects become: rows, and calls to Instagram."""

from __future__ import annotations

import datetime as dt

import pytest

from instantchat.channels.instagram.answers import Rejected, SendOutcome, Unknown, Unsent
from instantchat.channels.instagram.errors import Refusal, RefusalKind
from instantchat.engine.effects import Button, Effect, React, ReplyToComment, SendMessage
from instantchat.kit.ids import new_id
from instantchat.runtime.effects import carry_out
from instantchat.runtime.lane import Lane
from instantchat.store.records import HandledEvent, Message, RunRecord
from tests.runtime.conftest import Stage

REPLY = ReplyToComment("run", "n1", "c_9", "Thanks!")
REACT = React("run", "n1", "mid_7", "love")
PRIVATE = SendMessage("run", "n1", "Hi there", comment_id="c_9")


async def carry(stage: Stage, *effects: Effect, hours: float | None = None) -> RunRecord:
    """Carry out the effects of a run for somebody whose window is open for some hours, or never was."""
    await stage.tell("other", {})
    now = stage.clock.now()
    [work] = await stage.store.queue.claim_work("test", now, now + dt.timedelta(seconds=30), 1)
    lane = Lane(work, "test", now)
    lane.handled = [HandledEvent(event.id) for event in work.events]
    if hours is not None:
        lane.change_conversation(window_expires_at=now + dt.timedelta(hours=hours))
    run = RunRecord(
        id=new_id("run"), workspace_id=work.account.workspace_id, conversation_id=lane.conversation.id, lane=work.lane,
        flow_id="flw_1", version_id="ver_1", state="completed", waiting_for=None, wake_at=None, rev=0, data={},
        trace=[], event_id=work.events[0].id, error=None, started_at=now, updated_at=now,
    )  # fmt: skip
    lane.put_run(run)
    carry_out(effects, lane, run.id)
    assert await stage.store.queue.checkpoint([lane.checkpoint()]) == [True]
    return run


async def only(stage: Stage) -> Message:
    [message] = await stage.messages()
    return message


class TestReplyToComment:
    async def test_is_sent_once_under_the_comment_without_a_window(self, stage: Stage) -> None:
        run = await carry(stage, REPLY)
        await stage.send()
        assert stage.instagram.sent == [{"comment": "c_9", "text": "Thanks!"}]
        reply = await only(stage)
        assert (reply.text, reply.status, reply.mid, reply.run_id) == ("Thanks!", "sent", "mid-out-1", run.id)
        assert (reply.sender_kind, reply.sender_id) == ("flow", "flw_1")

    async def test_an_unknown_outcome_is_not_repeated(self, stage: Stage) -> None:
        await carry(stage, REPLY)
        stage.instagram.script = [Unknown("No answer.")]
        await stage.send()
        stage.pass_time(hours=1)
        await stage.send()
        assert ((await only(stage)).status, len(stage.instagram.sent)) == ("unknown", 1)

    async def test_one_that_never_left_is_tried_again(self, stage: Stage) -> None:
        await carry(stage, REPLY)
        stage.instagram.script = [Unsent("Instagram could not be reached.")]
        await stage.send()
        stage.pass_time(seconds=5)
        await stage.send()
        assert ((await only(stage)).status, len(stage.instagram.sent)) == ("sent", 2)


class TestReact:
    async def test_is_sent_once_and_shown_as_the_emoji(self, stage: Stage) -> None:
        await carry(stage, REACT, hours=1)
        await stage.send()
        assert stage.instagram.sent == [{"recipient": "7001", "mid": "mid_7", "emoji": "love"}]
        assert ((await only(stage)).text, (await only(stage)).status) == ("❤️", "sent")

    async def test_needs_the_window(self, stage: Stage) -> None:
        await carry(stage, REACT, hours=1)
        stage.pass_time(hours=1)
        await stage.send()
        assert (stage.instagram.sent, (await only(stage)).error_code) == ([], "window_closed")


class TestPrivateReply:
    async def test_names_the_comment_and_needs_no_window(self, stage: Stage) -> None:
        await carry(stage, PRIVATE)
        await stage.send()
        assert stage.instagram.sent == [{"recipient": {"comment_id": "c_9"}, "message": {"text": "Hi there"}}]
        assert (await only(stage)).status == "sent"

    async def test_carries_its_buttons(self, stage: Stage) -> None:
        button = Button("more", "More", payload="tap")
        await carry(stage, SendMessage("run", "n1", "Hi", buttons=(button,), comment_id="c_9"))
        await stage.send()
        [body] = stage.instagram.sent
        assert body["recipient"] == {"comment_id": "c_9"}
        assert body["message"]["attachment"]["payload"]["buttons"] == [
            {"type": "postback", "title": "More", "payload": "tap"}
        ]

    @pytest.mark.parametrize(
        ("outcome", "status"),
        [
            (Unknown("Try later."), "unknown"),
            (Rejected(Refusal(100, 2534025, RefusalKind.PERMANENT, "Used up.", "")), "rejected"),
        ],
    )
    async def test_what_reached_meta_is_never_repeated(self, stage: Stage, outcome: SendOutcome, status: str) -> None:
        await carry(stage, PRIVATE)
        stage.instagram.script = [outcome]
        await stage.send()
        stage.pass_time(hours=1)
        await stage.send()
        assert ((await only(stage)).status, len(stage.instagram.sent)) == (status, 1)


class TestEcho:
    """The owner answers from the phone while something that has no echo is open."""

    @pytest.mark.parametrize(("effect", "text"), [(REACT, "❤️"), (REPLY, "Thanks!")])
    async def test_is_not_taken_for_what_has_none(self, stage: Stage, effect: Effect, text: str) -> None:
        await carry(stage, effect, hours=1)
        stage.instagram.script = [Unknown("No answer.")]
        await stage.send()
        await stage.echo("phone-1", text)
        await stage.work()
        assert sorted(await stage.lines()) == sorted([("flow", text, "unknown"), ("phone", text, "sent")])

    async def test_settles_a_private_reply(self, stage: Stage) -> None:
        await carry(stage, PRIVATE)
        stage.instagram.script = [Unknown("No answer.")]
        await stage.send()
        await stage.echo("mid-of-meta", "Hi there")
        await stage.work()
        assert await stage.lines() == [("flow", "Hi there", "sent")]
