"""Explanations of what really happened: a worker over a store, then the API's and the page's view of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from instantchat.features.auth.member import Member
from instantchat.features.inbox.api import build_router
from instantchat.features.inbox.service import InboxService
from instantchat.features.inbox.why.record import DecisionOut, read_trace
from instantchat.features.inbox.why.views import Explanation, explanation_of
from instantchat.store.records import Json
from tests.features.web import as_, client
from tests.runtime.conftest import IGSID, Stage
from tests.runtime.conftest import stage as stage
from tests.support.seed import keyword_flow

SECRET = "sk-zebra-4417"


def node(node_id: str, kind: str, data: Json) -> Json:
    return {"id": node_id, "type": kind, "position": {"x": 0, "y": 0}, "data": data}


def edge(source: str, target: str, exit_id: str | None = None) -> Json:
    found = {"id": f"{source}-{target}", "source": source, "target": target}
    return {**found, "sourceHandle": exit_id} if exit_id else found


def trigger(*keywords: str) -> Json:
    return node("start", "triggerNode", {"triggers": [{"type": "keyword", "keywords": list(keywords)}]})


SIZES: Json = {
    "nodes": [
        trigger("price"),
        node("ask", "questionNode", {"content": "Which size, {{nobody}}?", "saveTo": "size"}),
        node("wait", "delayNode", {"amount": 2, "unit": "hours"}),
        node("say", "messageNode", {"content": "{{size}} it is"}),
    ],
    "edges": [edge("start", "ask"), edge("ask", "wait", "answered"), edge("wait", "say")],
}


@pytest.fixture
def owner(stage: Stage) -> Member:
    return Member("usr_1", stage.seeded.workspace_id, "owner", "Ann", "ann@example.com", "ses_1")


@pytest.fixture
def inbox(stage: Stage) -> InboxService:
    return InboxService(stage.store, stage.clock, stage.heard, lambda: None)


@pytest.fixture
async def web(stage: Stage, inbox: InboxService, owner: Member) -> AsyncIterator[httpx.AsyncClient]:
    assembly: Any = SimpleNamespace(inbox=inbox)
    async with client(build_router(assembly), stage.clock, ann=owner) as found:
        yield found


@pytest.fixture
async def told(stage: Stage, inbox: InboxService, owner: Member) -> Any:
    """The explanation of the message with this text."""

    async def told(text: str) -> Explanation:
        (found,) = [each for each in await stage.messages() if each.text == text]
        return explanation_of(await inbox.why.message(owner, found.id), "Ada")

    return told


async def walk_through(stage: Stage) -> tuple[str, str]:
    """The price is asked, the size is answered, two hours pass; the ids of the two events."""
    await stage.flow(SIZES)
    await stage.flow(keyword_flow("open", "10 to 18"))
    asked = await stage.say("What is the price?")
    await stage.work()
    await stage.send()
    stage.pass_time(minutes=5)
    answered = await stage.say("Large")
    await stage.work()
    stage.pass_time(hours=2)
    await stage.work()
    await stage.send()
    return asked, answered


class TestEvent:
    async def test_says_which_flow_started_and_why_the_other_did_not(
        self, stage: Stage, web: httpx.AsyncClient
    ) -> None:
        asked, _ = await walk_through(stage)
        event = (await web.get(f"/api/events/{asked}", headers=as_("ann"))).json()
        decision = event["decision"]
        assert decision["sentence"] == "A trigger of “Flow 1” matched, so it started."
        started, other = decision["verdicts"]
        assert (started["name"], started["matched"], started["chosen"]) == ("Flow 1", True, True)
        assert started["values"] == {"text": "What is the price?", "keyword": "price"}
        assert (other["name"], other["reason"], other["chosen"]) == ("Flow 2", "no_keyword", False)
        assert other["values"] == {"text": "What is the price?", "keywords": ["open"]}
        assert [each["flowName"] for each in event["runs"]] == ["Flow 1"]
        assert [each["text"] for each in event["messages"]] == ["Which size, ?"]

    async def test_of_an_answer_names_the_run_that_took_it_and_what_it_sent_later(
        self, stage: Stage, web: httpx.AsyncClient
    ) -> None:
        _, answered = await walk_through(stage)
        event = (await web.get(f"/api/events/{answered}", headers=as_("ann"))).json()
        assert event["decision"]["reason"] == "reply"
        assert event["decision"]["sentence"].startswith("“Flow 1” was waiting for an answer and took this one")
        assert event["decision"]["verdicts"] == []
        assert [each["text"] for each in event["messages"]] == ["Large it is"]

    @pytest.mark.parametrize(
        ("payload", "sentence"),
        [
            ({"isTest": True}, "It was a test from Meta's dashboard: recorded, and heard by no flow."),
            ({"isStandby": True}, "Another app held the conversation, so no flow heard it."),
        ],
    )
    async def test_says_why_no_flow_heard_it(
        self, stage: Stage, web: httpx.AsyncClient, payload: Json, sentence: str
    ) -> None:
        await stage.flow(SIZES)
        event_id = await stage.say("price", **payload)
        await stage.work()
        event = (await web.get(f"/api/events/{event_id}", headers=as_("ann"))).json()
        assert event["decision"]["sentence"] == sentence

    async def test_says_that_flows_were_paused(self, stage: Stage, web: httpx.AsyncClient) -> None:
        await stage.flow(SIZES)
        await stage.say("hello")
        await stage.work()
        await stage.echo("from-the-phone", "I am on it")
        event_id = await stage.say("price")
        await stage.work()
        decision = (await web.get(f"/api/events/{event_id}", headers=as_("ann"))).json()["decision"]
        assert decision["reason"] == "paused" and decision["pausedUntil"]
        assert decision["sentence"] == "Flows were paused for this person, so none of them heard it."

    async def test_a_flow_that_may_not_start_again_says_so(self, stage: Stage, web: httpx.AsyncClient) -> None:
        await stage.flow(keyword_flow("price", "40"), reentry={"mode": "once"})
        await stage.say("price")
        await stage.work()
        event_id = await stage.say("price")
        await stage.work()
        decision = (await web.get(f"/api/events/{event_id}", headers=as_("ann"))).json()["decision"]
        assert decision["sentence"] == "No flow started: the one that matched may not start again yet."
        assert decision["verdicts"][0]["reason"] == "reentry_once"

    async def test_lists_have_the_sentence(self, stage: Stage, web: httpx.AsyncClient) -> None:
        await walk_through(stage)
        conversation = (await stage.conversation()).id
        listed = (await web.get(f"/api/events?conversationId={conversation}", headers=as_("ann"))).json()["data"]
        assert "A trigger of “Flow 1” matched, so it started." in [each["decision"]["sentence"] for each in listed]
        (run,) = (await web.get(f"/api/runs?conversationId={conversation}", headers=as_("ann"))).json()["data"]
        assert (run["flowName"], run["trace"]) == ("Flow 1", [])


class TestRun:
    async def test_every_step_has_its_node_and_what_it_did(self, stage: Stage, web: httpx.AsyncClient) -> None:
        await walk_through(stage)
        (run_id,) = [each.id for each in await stage.runs()]
        run = (await web.get(f"/api/runs/{run_id}", headers=as_("ann"))).json()
        assert (run["flowName"], run["versionNumber"], run["status"]) == ("Flow 1", 1, "completed")
        assert [(each["label"], each["outcome"], each["exitLabel"]) for each in run["trace"]] == [
            ("Trigger", "take", "Next"),
            ("Question", "wait", None),
            ("Question", "take", "Answered"),
            ("Delay", "wait", None),
            ("Delay", "take", "Next"),
            ("Message", "take", "Next"),
        ]
        question, answered, _, waited, said = run["trace"][1:]
        assert (question["card"], question["window"]) == ("Which size, {{nobody}}?", "open")
        assert question["warnings"] == ["{{nobody}} has no value"]
        assert (answered["given"]["text"], answered["seconds"], waited["seconds"]) == ("Large", 300, 7200)
        (sent,) = said["effects"]
        assert (sent["sentence"], sent["messageId"]) == ("Sent “Large it is”", run["messages"][1]["id"])
        assert [each["text"] for each in run["messages"]] == ["Which size, ?", "Large it is"]

    async def test_of_a_deleted_flow_still_reads(self, stage: Stage, web: httpx.AsyncClient) -> None:
        await walk_through(stage)
        (run,) = await stage.runs()
        assert await stage.store.flows.delete(stage.seeded.workspace_id, run.flow_id, stage.clock.now())
        found = (await web.get(f"/api/runs/{run.id}", headers=as_("ann"))).json()
        assert (found["flowName"], found["trace"][0]["label"]) == ("Flow 1", "Trigger")


class TestPage:
    async def test_an_answer_is_explained_by_what_it_answered(self, stage: Stage, told: Any) -> None:
        await walk_through(stage)
        found = await told("Large it is")
        assert (found.is_out, found.event) == (True, "Ada wrote “Large”.")
        (run,) = found.runs
        assert [(each.label, each.exit) for each in run.steps] == [
            ("Trigger", "Next"),
            ("Question", "Answered"),
            ("Delay", "Next"),
            ("Message", "Next"),
        ]
        lines = [each.text for each in run.steps[1].lines]
        assert "Waited 5 min, then the answer came: “Large”" in lines
        assert "{{nobody}} has no value." in lines
        assert [each.text for each in run.steps[2].lines] == ["Waited 2 h, then the time came"]

    async def test_what_nobody_answered_says_why_not(self, stage: Stage, told: Any) -> None:
        await stage.flow(keyword_flow("price", "40"))
        await stage.say("Hello")
        await stage.work()
        found = await told("Hello")
        assert (found.decision, found.runs) == ("No flow started: no trigger matched.", [])
        (verdict,) = found.verdicts
        assert (verdict.name, verdict.tone, verdict.trigger) == ("Flow 1", "no", "Keyword")
        assert [(each.name, each.value) for each in verdict.looked_at] == [("Text", "Hello"), ("Keywords", "price")]

    async def test_a_run_that_waits_says_until_when(self, stage: Stage, told: Any) -> None:
        await stage.flow(SIZES)
        await stage.say("price")
        await stage.work()
        found = await told("price")
        (run,) = found.runs
        last = run.steps[-1]
        assert (run.status, last.tone, last.lines[-1].text) == ("Waiting", "wait", "Waits for an answer, until")
        assert last.lines[-1].at == "2026-05-05T12:00:00.000Z"

    async def test_after_they_are_pruned_nothing_is_explained(self, stage: Stage, told: Any) -> None:
        await stage.flow(keyword_flow("price", "40"))
        await stage.say("price")
        await stage.work()
        stage.pass_time(days=31)
        assert await stage.store.queue.prune(stage.clock.now(), 100) == 2
        for text in ("price", "40"):
            found = await told(text)
            assert (found.event, found.decision, found.runs) == ("", "", [])


class TestSecrets:
    async def test_no_explanation_has_a_secret_header_or_the_answer_of_a_service(
        self, stage: Stage, web: httpx.AsyncClient, told: Any
    ) -> None:
        call = {"action": "api_call", "endpoint": "https://example.com/x", "headers": {"Authorization": SECRET}}
        graph = {"nodes": [trigger("stock"), node("call", "actionNode", call)], "edges": [edge("start", "call")]}
        await stage.flow(graph)
        event_id = await stage.say("stock?")
        await stage.work()
        (run,) = await stage.runs()
        ref = run.data["data"]["wait"]["ref"]
        payload = {"runId": run.id, "ref": ref, "status": 200, "body": {"token": SECRET}, "error": None}
        result_id = await stage.tell("result", payload, igsid=IGSID)
        await stage.work()
        paths = [f"/api/events/{event_id}", f"/api/events/{result_id}", f"/api/runs/{run.id}"]
        answers = [(await web.get(path, headers=as_("ann"))).text for path in paths]
        assert "the answer “Flow 1” was waiting for" in answers[1]
        assert "Called GET https://example.com/x" in answers[2]
        assert SECRET not in "".join(answers)
        assert SECRET not in repr(await told("stock?"))


class TestOldRows:
    def test_a_decision_of_any_shape_reads(self) -> None:
        stored: Json = {"reason": 5, "verdicts": ["x", {"name": "A", "reason": "no_keyword", "values": []}, None]}
        found = DecisionOut.read(stored)
        assert (found.reason, len(found.verdicts)) == ("", 1)
        assert found.verdicts[0].detail == "None of the keywords is there."
        assert DecisionOut.read([1]).verdicts == []

    def test_a_trace_of_any_shape_reads(self) -> None:
        (step,) = read_trace([3, {"nodeId": "n", "at": "yesterday", "effects": [{"kind": "x"}, 1], "seconds": "long"}])
        assert (step.node_id, step.at, step.seconds, len(step.effects)) == ("n", None, 0, 1)
        assert read_trace("none") == []
