"""A flow whose plug-in is not installed here."""

from __future__ import annotations

from instantchat.engine.flow import validate_flow
from tests.extending.flow import poll_flow
from tests.runtime.conftest import Stage, stage
from tests.support.seed import keyword_flow

__all__ = ["stage"]


def test_is_refused_at_the_nodes_that_need_it() -> None:
    assert {(each.code, each.node_id) for each in validate_flow(poll_flow()) if each.severity == "error"} >= {
        ("unknown_type", "poll")
    }


async def test_does_not_start_and_leaves_the_others_alone(stage: Stage) -> None:
    await stage.flow(poll_flow())
    await stage.flow(keyword_flow("price", "10 euros"))
    await stage.say("🔥")
    event_id = await stage.say("price")
    await stage.work()
    assert (await stage.event(event_id)).state == "handled"
    assert [text for who, text, _ in await stage.lines() if who == "flow"] == ["10 euros"]
