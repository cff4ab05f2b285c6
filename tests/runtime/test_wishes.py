"""What a contact may ask of us: no more automatic messages, automatic messages again, a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from instantchat.kit.ids import new_id
from instantchat.runtime.people import span_in_words
from instantchat.store.records import Json, Message
from tests.runtime.conftest import Stage
from tests.runtime.test_worker import chain
from tests.support.seed import keyword_flow

DAY = dt.timedelta(days=1)
CONFIRMED = "You will get no more automatic messages from us. A person still reads what you write."
WAITING: Json = chain(("delayNode", {"amount": 10, "unit": "minutes"}), ("messageNode", {"content": "Still there?"}))


def texts(stage: Stage) -> list[str]:
    """What went out, in order."""
    return [each["message"]["text"] for each in stage.instagram.sent]


class TestOptOut:
    async def test_is_confirmed_once_and_ends_what_waits(self, stage: Stage) -> None:
        await stage.flow(WAITING)
        await stage.say("go")
        await stage.work()
        first = await stage.say(" STOP ")
        await stage.work()
        await stage.send()
        again = await stage.say("stop")
        await stage.work()
        stage.pass_time(minutes=11)
        await stage.work()
        await stage.send()
        assert texts(stage) == [CONFIRMED]
        [run] = await stage.runs()
        assert (run.state, run.error) == (
            "cancelled", "opted_out: The person asked for no more automatic messages, so the run ended."
        )  # fmt: skip
        decision = await stage.decision(first)
        confirmation = (await stage.messages())[2]
        assert (decision["reason"], decision["cancelledRunIds"], decision["messageId"]) == (
            "stop", [run.id], confirmation.id,
        )  # fmt: skip
        assert (confirmation.sender_kind, confirmation.sender_id, confirmation.event_id) == ("flow", None, first)
        assert (await stage.decision(again))["reason"] == "opted_out"
        assert await stage.notes() == ["Opted out of automatic messages with “STOP”."]
        assert (await stage.contact()).opted_out_at is not None

    async def test_with_an_empty_answer_is_silent(self, stage: Stage) -> None:
        await stage.rules(stop_reply="  ")
        event_id = await stage.say("stop")
        await stage.work()
        assert [who for who, _, _ in await stage.lines()] == ["contact"]
        assert "messageId" not in await stage.decision(event_id)

    @pytest.mark.parametrize("kind", ["message", "comment", "postback", "referral", "api", "schedule"])
    async def test_no_automation_of_any_kind_reaches_them(self, stage: Stage, kind: str) -> None:
        graph = keyword_flow("", "Hello")
        triggers = ["any_message", "comment", "button_tap", "referral", "api", "schedule"]
        graph["nodes"][0]["data"]["triggers"] = [
            {"type": each, **({"cron": "0 9 * * *"} if each == "schedule" else {})} for each in triggers
        ]
        flow_id = await stage.flow(graph)
        await stage.say("stop")
        await stage.work()
        await stage.send()
        payload: Json = {
            "message": {"mid": "m1", "text": "hello?"},
            "comment": {"text": "nice", "comment": {"id": "c1", "mediaId": "p1"}},
            "postback": {"mid": "m2", "text": "Start", "payload": "GO"},
            "referral": {"referral": {"ref": "spring"}},
            "api": {"flowId": flow_id, "runId": "run_1", "variables": {}},
            "schedule": {"flowId": flow_id, "nodeId": "start", "moment": "2026-05-04T12:00:00Z"},
        }[kind]
        event_id = await stage.tell(kind, payload)
        await stage.work()
        assert (await stage.decision(event_id))["reason"] == "opted_out"
        assert [text for who, text, _ in await stage.lines() if who == "flow"] == [CONFIRMED]
        assert await stage.runs() == []

    async def test_what_was_queued_is_not_sent_and_says_why(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("price")
        await stage.work()
        await stage.say("stop")
        await stage.work()
        await stage.send()
        assert texts(stage) == [CONFIRMED]
        queued = (await stage.messages())[1]
        assert (queued.text, queued.status, queued.error_code) == ("Re price", "rejected", "opted_out")

    async def test_a_person_may_still_write(self, stage: Stage) -> None:
        await stage.say("stop")
        await stage.work()
        await stage.store.inbox.enqueue(await by_hand(stage, "Sorry to see you go"), None)
        await stage.send()
        assert texts(stage) == [CONFIRMED, "Sorry to see you go"]

    async def test_but_no_program(self, stage: Stage) -> None:
        await stage.say("stop")
        await stage.work()
        await stage.store.inbox.enqueue(await by_hand(stage, "SALE", extras={"isProgram": True}), None)
        await stage.send()
        assert texts(stage) == [CONFIRMED]
        assert (await stage.messages())[-1].error_code == "opted_out"

    async def test_counts_while_flows_are_paused(self, stage: Stage) -> None:
        await stage.say("hello")
        await stage.work()
        await stage.pause(hours=1)
        await stage.say("stop")
        await stage.work()
        await stage.send()
        assert texts(stage) == [CONFIRMED]

    async def test_a_word_within_a_sentence_is_none(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("please stop, what is the price?")
        await stage.work()
        assert (await stage.contact()).opted_out_at is None
        assert [who for who, _, _ in await stage.lines()] == ["contact", "flow"]

    async def test_a_choice_of_that_title_is_the_flows(self, stage: Stage) -> None:
        choices = [{"id": "no", "title": "Stop"}]
        node: Json = {"content": "More?", "quickReplies": choices}
        await stage.flow(chain(("messageNode", node)))
        await stage.say("go")
        await stage.work()
        [run] = await stage.runs()
        [chip] = (await stage.messages())[-1].extras["quickReplies"]
        event_id = await stage.say("Stop", payload=chip["payload"])
        await stage.work()
        assert (await stage.decision(event_id))["resumedRunId"] == run.id
        assert (await stage.contact()).opted_out_at is None


class TestOptIn:
    async def test_lets_flows_answer_again(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("stop")
        await stage.work()
        await stage.send()
        stage.pass_time(minutes=1)
        event_id = await stage.say("Start")
        await stage.work()
        assert (await stage.decision(event_id))["reason"] == "start"
        assert (await stage.contact()).opted_out_at is None
        await stage.say("price")
        await stage.work()
        await stage.send()
        assert texts(stage) == [CONFIRMED, "Re price"]
        assert (await stage.notes())[1:] == ["Allowed automatic messages again with “Start”."]

    async def test_is_an_ordinary_message_of_who_never_opted_out(self, stage: Stage) -> None:
        await stage.flow(keyword_flow("start", "Here we go"))
        await stage.say("start")
        await stage.work()
        assert (await stage.lines())[-1] == ("flow", "Here we go", "queued")


class TestCallingAPerson:
    async def test_silences_flows_for_a_day_and_tells_everybody(self, stage: Stage) -> None:
        await stage.rules(escalation_words=["Agent", "a human"])
        await stage.flow(WAITING)
        await stage.say("go")
        await stage.work()
        conversation = await stage.conversation()
        await stage.store.inbox.patch_conversation(stage.seeded.workspace_id, conversation.id, {"status": "done"})
        stage.heard.events.clear()
        event_id = await stage.say("A  HUMAN")
        await stage.work()
        conversation = await stage.conversation()
        assert (conversation.paused_until, conversation.status) == (stage.clock.now() + DAY, "open")
        [run] = await stage.runs()
        decision = await stage.decision(event_id)
        assert (run.state, decision["reason"], decision["cancelledRunIds"]) == ("cancelled", "escalated", [run.id])
        [note] = await stage.notes()
        assert note == "Asked for a person with “A HUMAN”: flows are silent for 1 day."
        [notice] = [each.record for each in stage.heard.events if each.kind == "notification"]
        assert notice.note.text == note  # type: ignore[union-attr]  # a notice, as its kind says
        assert [who for who, _, _ in await stage.lines()] == ["contact", "contact"]

    async def test_works_for_who_opted_out(self, stage: Stage) -> None:
        await stage.rules(escalation_words=["agent"], stop_reply="")
        await stage.say("stop")
        await stage.work()
        event_id = await stage.say("agent")
        await stage.work()
        assert (await stage.decision(event_id))["reason"] == "escalated"
        assert "notification" in stage.heard.kinds()

    async def test_without_such_words_is_a_message_like_any(self, stage: Stage) -> None:
        event_id = await stage.say("agent")
        await stage.work()
        assert (await stage.decision(event_id))["reason"] == "none"


async def by_hand(stage: Stage, text: str, **changes: Any) -> Message:
    """What a member writes, to be queued."""
    conversation = await stage.conversation()
    message = Message(
        id=new_id("msg"),
        workspace_id=conversation.workspace_id,
        account_id=conversation.account_id,
        conversation_id=conversation.id,
        direction="out",
        source="web",
        sender_kind="member",
        sender_id="usr_1",
        text=text,
        attachments=[],
        extras={},
        status="queued",
        created_at=stage.clock.now(),
    )
    return replace(message, **changes)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (90, "90 minutes"), (60, "1 hour"), (120, "2 hours"), (1440, "1 day"), (43_200, "30 days")],
)
def test_spans_are_said_in_the_largest_unit_that_fits(minutes: int, words: str) -> None:
    assert span_in_words(dt.timedelta(minutes=minutes)) == words
