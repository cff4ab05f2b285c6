"""Replays of what really came in: driven through the worker first, then through a draft."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from dataclasses import replace
from typing import Any

import pytest

from instantchat.engine.context import AccountView
from instantchat.engine.simulate import scene_of
from instantchat.errors import Forbidden, NotFound, TooManyRequests
from instantchat.features.auth.member import Member
from instantchat.features.trial import past
from instantchat.features.trial import schemas as s
from instantchat.features.trial.flows import TrialFlows
from instantchat.features.trial.service import TrialService
from instantchat.store.records import Json
from tests.engine.builders import QUICK, graph, node, say, trigger
from tests.runtime.conftest import IGSID, Stage
from tests.support.seed import keyword_flow

PRICES = graph(
    [
        trigger("t", "price"),
        say("ask", "Which one, {{name|you}}?", quickReplies=QUICK),
        say("yes", "Yes, for {{message.text}}"),
        node("wait", "delayNode", amount=10, unit="minutes"),
        say("later", "Still there?"),
    ],
    "t>ask",
    "ask.yes>yes",
    "ask.no>yes",
    "yes>wait",
    "wait>later",
)


class Past:
    """A workspace in which things happened, and a member who looks at drafts."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.trial = TrialService(stage.store, stage.clock)
        self.member = Member("usr_1", stage.seeded.workspace_id, "agent", "Ann", "a@x", "ses")

    async def say(self, text: str, igsid: str = IGSID, **payload: Any) -> str:
        """Said and handled; three seconds pass, after which no run waits for a profile any more."""
        event_id = await self.stage.say(text, igsid=igsid, **payload)
        await self.stage.work()
        await self.later(seconds=3)
        return event_id

    async def tap(self, title: str, igsid: str = IGSID) -> str:
        """Tap a quick reply of the last message that has some."""
        offered = [
            each.extras["quickReplies"] for each in await self.stage.messages(igsid) if "quickReplies" in each.extras
        ]
        payload = next(each["payload"] for each in offered[-1] if each["title"] == title)
        return await self.say(title, igsid, payload=payload)

    async def later(self, **delta: float) -> None:
        self.stage.pass_time(**delta)
        await self.stage.work()

    async def redraw(self, flow_id: str, graph: Json, **changes: Any) -> None:
        """Change the draft, not what runs."""
        flow = await self.stage.store.flows.flow(self.member.workspace_id, flow_id)
        assert flow is not None
        changed = replace(flow, graph={**flow.graph, **graph}, revision=flow.revision + 1, **changes)
        assert await self.stage.store.flows.update(changed, flow.revision) == "saved"

    async def replay(self, flow_id: str, limit: int = 1_000) -> s.ReplayOut:
        return await self.trial.replay(self.member, flow_id, limit)


@pytest.fixture
def before(stage: Stage) -> Past:
    return Past(stage)


def lines(messages: list[s.AnswerOut]) -> list[str]:
    return [message.text for message in messages]


def told(report: s.ReplayOut) -> list[tuple[str | None, list[str], list[str], str]]:
    """(text, was, would, difference) of each event, the newest first."""
    return [
        (each.text, lines(each.was.messages), lines(each.would.messages), each.difference) for each in report.results
    ]


class TestSame:
    async def test_the_published_version_answers_as_it_did(self, before: Past) -> None:
        flow_id = await before.stage.flow(PRICES)
        await before.stage.flow(keyword_flow("hours", "Nine to five"))
        await before.say("price?")
        await before.say("the hours")
        await before.say("price", "7002")
        await before.tap("Yes")
        await before.later(minutes=11)
        await before.tap("No", "7002")
        await before.say("hm", "7002")
        await before.later(hours=1)
        report = await before.replay(flow_id)
        assert told(report) == [
            ("No", ["Yes, for No", "Still there?"], ["Yes, for No", "Still there?"], "same"),
            ("Yes", ["Yes, for Yes", "Still there?"], ["Yes, for Yes", "Still there?"], "same"),
            ("price", ["Which one, you?"], ["Which one, you?"], "same"),
            ("price?", ["Which one, you?"], ["Which one, you?"], "same"),
        ]
        assert (report.events, report.conversations, report.started, report.changed) == (6, 2, 2, 0)
        assert not report.truncated
        assert {(each.was.flow_id, each.was.flow_name, each.would.flow_id) for each in report.results} == {
            (flow_id, "Flow 1", flow_id)
        }
        assert [(each.was.reason, each.would.reason) for each in report.results][1:3] == [
            ("tap", "tap"),
            ("trigger", "trigger"),
        ]

    async def test_also_for_events_handled_together(self, before: Past) -> None:
        flow_id = await before.stage.flow(keyword_flow("price", "Re {{message.text}}"))
        for text in ("price one", "price two", "hello", "price three"):
            await before.stage.say(text)
        await before.stage.work()
        report = await before.replay(flow_id)
        assert [each.difference for each in report.results] == ["same"] * 3
        assert lines(report.results[0].was.messages) == ["Re price three"]

    async def test_also_for_comments(self, before: Past) -> None:
        start = node("t", "triggerNode", triggers=[{"type": "comment"}])
        flow_id = await before.stage.flow(graph([start, say("a", "Here"), say("b", "More")], "t>a", "a>b"))
        comment = {"id": "c1", "mediaId": "m1", "parentId": None, "username": "ada"}
        await before.stage.tell("comment", {"text": "link", "comment": comment})
        await before.stage.work()
        report = await before.replay(flow_id)
        assert [(each.would.reason, lines(each.would.messages)) for each in report.results] == [("trigger", ["Here"])]

    async def test_also_inside_a_sub_flow(self, before: Past) -> None:
        which = graph(
            [trigger("t", "xyzzy"), say("ask", "Which?", quickReplies=QUICK), say("m", "Good")], "t>ask", "ask.yes>m"
        )
        flow_id = await before.stage.flow(which)
        sub = node("s", "subflowNode", flow=flow_id)
        parent = await before.stage.flow(graph([trigger("t", "go"), sub, say("m", "Back")], "t>s", "s>m"))
        await before.say("go")
        await before.tap("Yes")
        await before.redraw(flow_id, {"nodes": [*which["nodes"][:2], say("m", "Better")]})
        (replayed,) = (await before.replay(parent)).results[:1]
        assert (lines(replayed.was.messages), lines(replayed.would.messages)) == (["Good", "Back"], ["Good", "Back"])

    async def test_twice_the_same(self, before: Past) -> None:
        flow_id = await before.stage.flow(PRICES)
        await before.say("price")
        await before.tap("No")
        assert await before.replay(flow_id) == await before.replay(flow_id)


class TestDifferences:
    async def test_another_answer(self, before: Past) -> None:
        flow_id = await before.stage.flow(keyword_flow("price", "5 euro"))
        await before.say("price")
        await before.redraw(flow_id, keyword_flow("price", "6 euro"))
        report = await before.replay(flow_id)
        assert told(report) == [("price", ["5 euro"], ["6 euro"], "changed")]
        assert (report.started, report.changed) == (1, 1)

    async def test_one_that_nobody_gave(self, before: Past) -> None:
        flow_id = await before.stage.flow(keyword_flow("price", "5 euro"))
        await before.say("how much")
        await before.redraw(flow_id, keyword_flow("how much", "5 euro"))
        assert told(await before.replay(flow_id)) == [("how much", [], ["5 euro"], "new")]

    async def test_one_that_nobody_would_give(self, before: Past) -> None:
        flow_id = await before.stage.flow(keyword_flow("price", "5 euro"))
        await before.say("price")
        await before.redraw(flow_id, keyword_flow("cost", "5 euro"))
        report = await before.replay(flow_id)
        assert told(report) == [("price", ["5 euro"], [], "gone")]
        assert (report.started, report.results[0].would.flow_id) == (0, None)

    async def test_a_draft_that_never_ran_takes_over(self, before: Past) -> None:
        hours = await before.stage.flow(keyword_flow("hours", "Nine to five"))
        await before.say("price and hours")
        flow_id = await before.stage.flow(keyword_flow("price", "5 euro"))
        await before.stage.store.flows.set_status(
            before.member.workspace_id, flow_id, "draft", before.stage.clock.now()
        )
        assert (await before.replay(flow_id)).results == []  # the older flow wins
        await before.redraw(flow_id, {}, priority=5)
        [result] = (await before.replay(flow_id)).results
        assert (result.was.flow_id, result.would.flow_id, result.difference) == (hours, flow_id, "changed")

    async def test_offers_are_compared(self, before: Past) -> None:
        flow_id = await before.stage.flow(PRICES)
        await before.say("price")
        maybe = say("ask", "Which one, {{name|you}}?", quickReplies=[*QUICK, {"id": "m", "title": "Maybe"}])
        await before.redraw(flow_id, {"nodes": [PRICES["nodes"][0], maybe, *PRICES["nodes"][2:]]})
        [result] = (await before.replay(flow_id)).results
        assert (result.was.messages[0].quick_replies, result.would.messages[0].quick_replies, result.difference) == (
            ["Yes", "No"],
            ["Yes", "No", "Maybe"],
            "changed",
        )

    async def test_people_had_the_conversation(self, before: Past) -> None:
        flow_id = await before.stage.flow(keyword_flow("price", "5 euro"))
        await before.say("hello")
        conversation = await before.stage.conversation()
        until = before.stage.clock.now() + dt.timedelta(hours=1)
        await before.stage.store.inbox.patch_conversation(
            before.member.workspace_id, conversation.id, {"paused_until": until}
        )
        await before.say("price")
        assert (await before.replay(flow_id)).results == []


class TestLimits:
    async def test_the_newest_events(self, before: Past) -> None:
        flow_id = await before.stage.flow(keyword_flow("price", "5 euro"))
        for number in range(5):
            await before.say(f"price {number}")
        report = await before.replay(flow_id, 2)
        assert [each.text for each in report.results] == ["price 4", "price 3"]
        assert report.events == 2

    async def test_the_newest_results(self, before: Past, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("instantchat.features.trial.replay.SHOWN", 2)
        flow_id = await before.stage.flow(keyword_flow("price", "5 euro"))
        for number in range(3):
            await before.say(f"price {number}", igsid=f"70{number}1")
        report = await before.replay(flow_id)
        assert ([each.text for each in report.results], report.started) == (["price 2", "price 1"], 3)
        assert report.truncated

    async def test_the_time_is_over(self, before: Past) -> None:
        flow_id = await before.stage.flow(keyword_flow("price", "5 euro"))
        for number in range(3):
            await before.say(f"price {number}")
        events = await before.stage.store.inbox.replay_events(before.member.workspace_id, ["message"], 10)
        draft, _ = await TrialFlows(before.stage.store).around(before.member, flow_id)
        asked = iter([False, False, True])
        scene = scene_of([draft], AccountView("a"))
        gone = past.go_through(events, scene, flow_id, before.stage.clock.now(), lambda: next(asked))
        assert (gone.events, gone.is_cut) == (1, True)

    async def test_one_at_a_time(self, before: Past, monkeypatch: pytest.MonkeyPatch) -> None:
        flow_id = await before.stage.flow(keyword_flow("price", "5 euro"))
        begun, go_on, really = threading.Event(), threading.Event(), past.go_through

        def slowly(*given: Any) -> past.GoneThrough:
            begun.set()
            assert go_on.wait(10)
            return really(*given)

        monkeypatch.setattr("instantchat.features.trial.replay.go_through", slowly)
        first = asyncio.create_task(before.replay(flow_id))
        await asyncio.to_thread(begun.wait, 10)
        with pytest.raises(TooManyRequests) as refused:
            await before.replay(flow_id)
        assert (refused.value.code, refused.value.retry_after) == ("replay_busy", 5)
        go_on.set()
        assert (await first).events == 0
        assert (await before.replay(flow_id)).events == 0

    async def test_who_may(self, before: Past) -> None:
        flow_id = await before.stage.flow(keyword_flow("price", "5 euro"))
        with pytest.raises(Forbidden):
            await before.trial.replay(replace(before.member, role="viewer"), flow_id)
        with pytest.raises(NotFound):
            await before.trial.replay(replace(before.member, workspace_id="wsp_other"), flow_id)


async def test_nothing_is_sent_or_stored(before: Past) -> None:
    flow_id = await before.stage.flow(keyword_flow("price", "5 euro"))
    await before.say("price")
    was = (await before.stage.lines(), await before.stage.store.queue.backlog(), len(before.stage.heard.events))
    await before.redraw(flow_id, keyword_flow("price", "6 euro"))
    await before.replay(flow_id)
    assert (await before.stage.lines(), await before.stage.store.queue.backlog(), len(before.stage.heard.events)) == was
