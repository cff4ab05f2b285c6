"""What starts flows besides words: comments, stories, links, reactions, other flows; and how often they may start."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from typing import Any

import pytest

from instantchat.store.records import Json
from tests.runtime.conftest import IGSID, Stage

GO: Json = {"type": "keyword", "keywords": ["go"]}
COMMENT: Json = {"text": "price?", "comment": {"id": "c1", "mediaId": "m1", "username": "ada.l"}}


def flow(trigger: Json, *nodes: tuple[str, Json]) -> Json:
    """The nodes one after the other; an edge leaves each by `next`."""
    start = {"id": "start", "type": "triggerNode", "position": {"x": 0, "y": 0}, "data": {"triggers": [trigger]}}
    made = [
        {"id": f"n{index}", "type": kind, "position": {"x": 0, "y": 0}, "data": data}
        for index, (kind, data) in enumerate(nodes)
    ]
    ids = ["start", *(node["id"] for node in made)]
    edges = [
        {"id": f"e{index}", "source": source, "sourceHandle": "next", "target": target}
        for index, (source, target) in enumerate(itertools.pairwise(ids))
    ]
    return {"nodes": [start, *made], "edges": edges, "viewport": {"x": 0, "y": 0, "zoom": 1}}


def say(text: str, **data: Any) -> tuple[str, Json]:
    return "messageNode", {"content": text, **data}


async def decision(stage: Stage, event_id: str) -> Json:
    event = await stage.event(event_id)
    assert event.decision is not None
    return event.decision


class TestComments:
    async def test_get_one_private_reply_and_the_rest_after_the_answer(self, stage: Stage) -> None:
        await stage.flow(flow({"type": "comment", "keywords": ["price"]}, say("Sent you a DM"), say("10 €")))
        await stage.tell("comment", COMMENT)
        await stage.work()
        await stage.send()
        assert [sent["recipient"] for sent in stage.instagram.sent] == [{"comment_id": "c1"}]
        assert (await stage.contact()).username == "ada.l"
        assert (await stage.conversation()).window_expires_at is None
        await stage.say("thanks")
        await stage.work()
        await stage.send()
        assert stage.instagram.sent[1:] == [{"recipient": {"id": IGSID}, "message": {"text": "10 €"}}]
        [run] = await stage.runs()
        assert run.state == "completed"

    async def test_ask_for_no_profile_before_the_person_wrote(self, stage: Stage) -> None:
        """Commenting is no consent (230), and a profile that was refused is not asked for again for a day."""
        await stage.flow(flow({"type": "comment"}, say("Sent you a DM")))
        await stage.tell("comment", COMMENT)
        await stage.work()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await stage.profiles.fetch_next()
        await stage.say("thanks")
        await stage.work()
        await stage.profiles.fetch_next()
        await stage.work()
        assert (await stage.contact()).name == "Ada Lovelace"
        assert stage.instagram.profiles_asked == 1

    async def test_that_nobody_answers_leave_no_contact_and_no_conversation(self, stage: Stage) -> None:
        await stage.flow(flow({"type": "comment", "keywords": ["size"]}, say("Hello")))
        event_id = await stage.tell("comment", COMMENT)
        await stage.work()
        assert await stage.store.inbox.thread_by_igsid(stage.seeded.workspace_id, IGSID, None) is None
        [verdict] = (await decision(stage, event_id))["verdicts"]
        assert (verdict["reason"], verdict["values"]["text"]) == ("no_keyword", "price?")

    async def test_of_the_account_itself_start_nothing(self, stage: Stage) -> None:
        await stage.flow(flow({"type": "comment"}, say("Hello")))
        event_id = await stage.tell("comment", {**COMMENT, "isEcho": True})
        await stage.work()
        assert await decision(stage, event_id) == {"reason": "recorded"}

    async def test_that_come_twice_are_answered_once(self, stage: Stage) -> None:
        await stage.flow(flow({"type": "comment"}, say("Hello")))
        await stage.tell("comment", COMMENT, key="comment:c1")
        await stage.work()
        await stage.tell("live_comment", {**COMMENT, "comment": {"id": "c2"}})
        await stage.work()
        await stage.send()
        assert len(stage.instagram.sent) == 1


class TestOtherKinds:
    @pytest.mark.parametrize(
        ("trigger", "kind", "payload"),
        [
            ({"type": "story_reply"}, "message", {"mid": "m", "text": "wow", "replyTo": {"story": {"id": "s"}}}),
            (
                {"type": "story_mention"},
                "message",
                {"mid": "m", "attachments": [{"type": "story_mention", "url": "https://x.example"}]},
            ),
            ({"type": "shared_post"}, "message", {"mid": "m", "attachments": [{"type": "ig_post", "url": None}]}),
            ({"type": "postback", "payloads": ["SHOP"]}, "postback", {"mid": "m", "payload": "SHOP", "text": "Shop"}),
            ({"type": "ice_breaker", "payloads": ["HOURS"]}, "postback", {"mid": "m", "payload": "HOURS"}),
            (
                {"type": "referral", "refs": ["spring"]},
                "message",
                {"mid": "m", "text": "hi", "referral": {"ref": "spring", "source": "SHORTLINKS"}},
            ),
            ({"type": "first_message"}, "message", {"mid": "m", "text": "hi"}),
        ],
    )
    async def test_start_the_flow_that_listens(self, stage: Stage, trigger: Json, kind: str, payload: Json) -> None:
        await stage.flow(flow(trigger, say("Welcome")))
        await stage.tell(kind, payload)
        await stage.work()
        await stage.send()
        assert [sent["message"] for sent in stage.instagram.sent] == [{"text": "Welcome"}]

    async def test_a_reaction_is_heard_but_opens_no_window(self, stage: Stage) -> None:
        await stage.flow(flow({"type": "reaction", "emojis": ["❤️"]}, say("Glad you like it")))
        event_id = await stage.tell("reaction", {"mid": "m9", "payload": "love", "action": "react"})
        await stage.work()
        assert (await decision(stage, event_id))["startedRunId"]
        [run] = await stage.runs()
        assert run.trace[-1]["window"] == "closed"
        assert [message.text for message in await stage.messages()] == []

    async def test_a_second_message_is_no_first_message(self, stage: Stage) -> None:
        await stage.say("hello")
        await stage.work()
        await stage.flow(flow({"type": "first_message"}, say("Welcome")))
        event_id = await stage.say("hello again")
        await stage.work()
        assert (await decision(stage, event_id))["reason"] == "none"


class TestWindow:
    async def test_an_ad_opens_it_for_a_week_and_the_event_says_so(self, stage: Stage) -> None:
        event_id = await stage.say("hi", referral={"ad_id": "77", "source": "ADS"})
        await stage.work()
        expires_at = stage.clock.now() + dt.timedelta(days=7)
        assert (await stage.conversation()).window_expires_at == expires_at
        assert (await decision(stage, event_id))["windowExpiresAt"] == "2026-05-11T12:00:00.000Z"

    async def test_nothing_is_sent_after_it_closed(self, stage: Stage) -> None:
        trigger = {"type": "keyword", "keywords": ["go"]}
        await stage.flow(flow(trigger, ("delayNode", {"amount": 25, "unit": "hours"}), say("Still there?")))
        await stage.say("go")
        await stage.work()
        stage.pass_time(hours=25)
        await stage.work()
        await stage.send()
        assert stage.instagram.sent == []
        [run] = await stage.runs()
        assert (run.state, run.trace[-1]["window"]) == ("completed", "closed")
        assert run.trace[-2]["seconds"] == 25 * 3600


class TestHowOften:
    GONE = flow(GO, say("Gone"))

    async def starts(self, stage: Stage, *, times: int = 1) -> list[str]:
        reasons = []
        for _ in range(times):
            event_id = await stage.say("go")
            await stage.work()
            found = await decision(stage, event_id)
            reasons.append(found["reason"] if found["startedRunId"] else found["verdicts"][0]["reason"])
        return reasons

    async def test_once_for_each_contact_also_when_its_runs_are_forgotten(self, stage: Stage) -> None:
        await stage.flow(self.GONE, reentry={"mode": "once"})
        assert await self.starts(stage, times=2) == ["trigger", "reentry_once"]
        stage.pass_time(days=60)
        while await stage.store.queue.prune(stage.clock.now() - dt.timedelta(days=30), 100):
            pass
        assert await stage.runs() == []
        assert await self.starts(stage) == ["reentry_once"]

    async def test_every_so_many_hours(self, stage: Stage) -> None:
        await stage.flow(self.GONE, reentry={"mode": "every", "hours": 2})
        assert await self.starts(stage, times=2) == ["trigger", "reentry_every"]
        stage.pass_time(hours=2)
        assert await self.starts(stage) == ["trigger"]

    async def test_a_default_reply_once_a_day(self, stage: Stage) -> None:
        await stage.flow(flow({"type": "default_reply", "every": "day"}, say("We are closed")))
        assert await self.starts(stage, times=2) == ["trigger", "too_soon"]
        stage.pass_time(hours=24)
        assert await self.starts(stage) == ["trigger"]

    async def test_always_keeps_no_record(self, stage: Stage) -> None:
        await stage.flow(self.GONE)
        await self.starts(stage)
        assert (await stage.conversation()).starts == {}


class TestFlowsInFlows:
    async def test_a_sub_flow_waits_over_a_restart_and_comes_back(self, stage: Stage) -> None:
        quick = [{"id": "yes", "title": "Yes"}]
        child = flow({"type": "api"}, say("Sure?", quickReplies=quick))
        child["nodes"].append(
            {"id": "end", "type": "messageNode", "position": {"x": 0, "y": 0}, "data": {"content": "Good"}}
        )
        child["edges"].append({"id": "e9", "source": "n0", "sourceHandle": "yes", "target": "end"})
        await stage.flow(child)  # Flow 1
        await stage.flow(
            flow({"type": "keyword", "keywords": ["go"]}, ("subflowNode", {"flow": "flow 1"}), say("Back"))
        )
        await stage.say("go")
        await stage.work()
        stage.restart_worker()
        [question] = [message for message in await stage.messages() if message.direction == "out"]
        await stage.say("Yes", payload=question.extras["quickReplies"][0]["payload"])
        await stage.work()
        texts = [message.text for message in await stage.messages() if message.direction == "out"]
        assert texts == ["Sure?", "Good", "Back"]
        [run] = await stage.runs()
        assert run.state == "completed"
        assert [bool(step.get("versionId")) for step in run.trace] == [False, False, True, True, True, True, False]

    async def test_a_tag_starts_the_flow_that_listens_to_it(self, stage: Stage) -> None:
        await stage.flow(flow({"type": "contact_changed", "tag": "vip"}, say("Welcome to the club")))
        tag = ("actionNode", {"action": "tag_customer", "tag": "VIP"})
        await stage.flow(flow({"type": "keyword", "keywords": ["join"]}, tag))
        event_id = await stage.say("join")
        await stage.work()
        assert len(await stage.runs()) == 2
        found = await decision(stage, event_id)
        assert [each["startedRunId"] is not None for each in found["followUps"]] == [True]
        assert [message.text for message in await stage.messages()] == ["join", "Welcome to the club"]

    async def test_a_stop_word_ends_what_waits(self, stage: Stage) -> None:
        await stage.flow(
            flow({"type": "keyword", "keywords": ["go"]}, say("Sure?", quickReplies=[{"id": "y", "title": "Y"}]))
        )
        await stage.say("go")
        await stage.work()
        event_id = await stage.say("Stop")
        await stage.work()
        [run] = await stage.runs()
        found = await decision(stage, event_id)
        assert (run.state, found["reason"], found["cancelledRunIds"]) == ("cancelled", "stop", [run.id])
