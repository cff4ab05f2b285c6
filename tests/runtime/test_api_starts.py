"""Flows that programs start."""

from __future__ import annotations

from typing import Any

from instantchat.store.records import Json
from tests.engine.builders import graph, say, trigger
from tests.runtime.conftest import Stage

VIP = graph([trigger("t", "vip"), say("m", "Your code: {{code}}")], "t>m")


async def start(stage: Stage, flow_id: str, run_id: str = "run_promised", **variables: Any) -> Json:
    """The decision about it."""
    payload = {"flowId": flow_id, "variables": variables, "runId": run_id}
    event_id = await stage.tell("api", payload)
    await stage.work()
    decision = (await stage.event(event_id)).decision
    assert decision is not None
    return decision


class TestApi:
    async def test_starts_the_flow_under_the_promised_id(self, stage: Stage) -> None:
        flow_id = await stage.flow(VIP)
        await stage.say("hello")
        await stage.work()
        decision = await start(stage, flow_id, code="X1")
        assert (decision["reason"], decision["startedRunId"]) == ("named", "run_promised")
        assert [text for _, text, _ in await stage.lines()] == ["hello", "Your code: X1"]
        assert (await stage.contact()).variables == {"code": "X1"}
        assert [run.id for run in await stage.runs()] == ["run_promised"]

    async def test_variables_join_those_there_are(self, stage: Stage) -> None:
        flow_id = await stage.flow(VIP)
        await stage.say("hello")
        await start(stage, flow_id, "run_a", code="X1", size="L")
        await start(stage, flow_id, "run_b", code="X2")
        assert (await stage.contact()).variables == {"code": "X2", "size": "L"}

    async def test_a_flow_that_may_not_start_again_says_so(self, stage: Stage) -> None:
        flow_id = await stage.flow(VIP, reentry={"mode": "once"})
        await stage.say("hello")
        await start(stage, flow_id, "run_a", code="X1")
        decision = await start(stage, flow_id, "run_b", code="X2")
        assert (decision["reason"], [each["reason"] for each in decision["verdicts"]]) == ("none", ["reentry_once"])
        assert [run.id for run in await stage.runs()] == ["run_a"]

    async def test_paused(self, stage: Stage) -> None:
        flow_id = await stage.flow(VIP)
        await stage.say("hello")
        await stage.work()
        await stage.echo("mid-phone", "I am here")
        await stage.work()
        decision = await start(stage, flow_id, code="X1")
        assert (decision["reason"], await stage.runs()) == ("paused", [])

    async def test_a_run_of_that_id_that_still_waits_is_not_begun_again(self, stage: Stage) -> None:
        buttons = [{"id": "b", "title": "Go", "type": "postback"}]
        flow_id = await stage.flow(graph([trigger("t", "vip"), say("m", "Tap", buttons=buttons)], "t>m"))
        await stage.say("hello")
        await start(stage, flow_id)
        decision = await start(stage, flow_id)
        assert decision == {"reason": "already_started", "startedRunId": "run_promised"}
        assert [run.state for run in await stage.runs()] == ["waiting"]
