"""Automation is disclosed before flows speak, once."""

from __future__ import annotations

import pytest

from instantchat.store.records import Json, TakeOver
from tests.runtime.conftest import Stage
from tests.runtime.test_wishes import by_hand
from tests.runtime.test_worker import chain
from tests.support.seed import keyword_flow

DISCLOSURE = "You are talking to our assistant."


@pytest.fixture
async def talking(stage: Stage, greeting: Json) -> Stage:
    await stage.rules(disclosure=f" {DISCLOSURE} ")
    await stage.flow(greeting)
    return stage


async def answers(stage: Stage) -> list[str]:
    """What flows have sent by now."""
    await stage.work()
    await stage.send()
    return [text for who, text, status in await stage.lines() if who == "flow" and status == "sent"]


class TestInAThread:
    async def test_goes_before_the_first_message_and_no_other(self, talking: Stage) -> None:
        await talking.say("price 1")
        await talking.work()
        await talking.say("price 2")
        assert await answers(talking) == [DISCLOSURE, "Re price 1", "Re price 2"]
        _, disclosure, answer, *_ = await talking.messages()
        assert (disclosure.run_id, disclosure.sender_id) == (answer.run_id, answer.sender_id)

    async def test_of_two_messages_of_one_node_goes_before_the_first(self, stage: Stage) -> None:
        await stage.rules(disclosure=DISCLOSURE)
        await stage.flow(chain(("messageNode", {"content": "One"}), ("messageNode", {"content": "Two"})))
        await stage.say("go")
        assert await answers(stage) == [DISCLOSURE, "One", "Two"]

    async def test_without_one_nothing_more_is_sent(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("price")
        assert await answers(stage) == ["Re price"]

    async def test_comes_again_after_a_day_of_silence(self, talking: Stage) -> None:
        await talking.say("price 1")
        await answers(talking)
        talking.pass_time(hours=23, minutes=59)
        await talking.say("price 2")
        assert len(await answers(talking)) == 3
        talking.pass_time(hours=24)
        await talking.say("hello")
        await talking.work()
        talking.pass_time(hours=1)
        await talking.say("price 3")
        assert (await answers(talking))[3:] == [DISCLOSURE, "Re price 3"]

    async def test_comes_again_when_flows_speak_after_a_person(self, talking: Stage) -> None:
        await talking.say("price 1")
        await answers(talking)
        talking.pass_time(minutes=1)
        await talking.echo("phone-1", "hi")
        await talking.work()
        talking.pass_time(hours=1)
        await talking.say("price 2")
        assert (await answers(talking))[2:] == [DISCLOSURE, "Re price 2"]

    async def test_so_too_after_an_answer_from_the_inbox(self, talking: Stage) -> None:
        await talking.say("price 1")
        await answers(talking)
        talking.pass_time(minutes=1)
        take_over = TakeOver(talking.clock.now(), "taken_over: Why.")
        await talking.store.inbox.enqueue(await by_hand(talking, "hi"), take_over)
        talking.pass_time(minutes=1)
        await talking.say("price 2")
        assert (await answers(talking))[2:] == [DISCLOSURE, "Re price 2"]

    async def test_never_goes_out_outside_the_window(self, talking: Stage) -> None:
        await talking.say("price 1")
        await talking.work()
        talking.pass_time(hours=25)
        await talking.send()
        assert [(text, status) for who, text, status in await talking.lines() if who == "flow"] == [
            (DISCLOSURE, "rejected"), ("Re price 1", "rejected"),
        ]  # fmt: skip


class TestInAPrivateReply:
    async def flow_at_a_comment(self, stage: Stage, content: str, **data: Json) -> None:
        graph = keyword_flow("", content)
        graph["nodes"][0]["data"]["triggers"] = [{"type": "comment"}, {"type": "any_message"}]
        graph["nodes"][1]["data"] |= data
        await stage.flow(graph)
        await stage.tell("comment", {"text": "price?", "comment": {"id": "c1", "mediaId": "p1"}})

    async def test_stands_before_the_text(self, stage: Stage) -> None:
        await stage.rules(disclosure=DISCLOSURE)
        await self.flow_at_a_comment(stage, "It is 5 €.")
        assert await answers(stage) == [f"{DISCLOSURE}\n\nIt is 5 €."]
        await stage.say("thanks")
        assert (await answers(stage))[1:] == ["It is 5 €."]

    async def test_that_has_no_room_comes_with_the_first_message_after_it(self, stage: Stage) -> None:
        await stage.rules(disclosure=DISCLOSURE)
        text = "x" * 980
        await self.flow_at_a_comment(stage, text)
        assert await answers(stage) == [text]
        await stage.say("thanks")
        assert (await answers(stage))[1:] == [DISCLOSURE, text]
