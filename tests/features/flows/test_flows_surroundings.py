"""What a flow is validated against in its workspace; the same for every way to ask."""

from __future__ import annotations

from typing import Any

import pytest

from instantchat.engine.issues import Issue
from instantchat.errors import Invalid
from instantchat.features.auth.member import Member
from instantchat.features.flows import schemas as s
from instantchat.features.flows.service import FlowService
from instantchat.kit.clock import ManualClock
from instantchat.store.ports import Store
from tests.engine.builders import graph, node, say, trigger


@pytest.fixture
def flows(store: Store, clock: ManualClock, publisher: Any) -> FlowService:
    return FlowService(store, clock, publisher, ["10.0.0.0/8"])


def body(name: str, data: dict[str, Any], **more: Any) -> s.SaveFlow:
    return s.SaveFlow.model_validate({"name": name, **data, **more})


def act(action: str, **data: Any) -> dict[str, Any]:
    return graph([trigger("t"), node("a", "actionNode", action=action, **data)], "t>a")


def told(issues: list[Issue]) -> list[tuple[str, str | None, str | None]]:
    return [(each.code, each.node_id, each.field) for each in issues if each.severity != "info"]


PLAIN = graph([trigger("t", "price"), say("m")], "t>m")
BROKEN = [("broken_reference", "a", "flow")]


async def test_every_door_gives_the_same_list(flows: FlowService, ann: Member) -> None:
    data = act("start_flow", flow="Prices")
    saved = await flows.save(ann, body("Menu", data))
    checked = await flows.validate(ann, s.ValidateIn.model_validate({"id": saved.flow.id, **data}))
    assert told(saved.issues) == told(checked) == told((await flows.get(ann, saved.flow.id)).issues) == BROKEN
    with pytest.raises(Invalid) as refusal:
        await flows.activate(ann, saved.flow.id)
    assert [(each.code, each.node_id) for each in refusal.value.errors] == [("broken_reference", "a")]


async def test_a_flow_is_there_then_active(flows: FlowService, ann: Member, bob: Member) -> None:
    menu = (await flows.save(ann, body("Menu", act("start_flow", flow="prices")))).flow.id
    await flows.save(bob, body("Prices", PLAIN))
    assert told((await flows.get(ann, menu)).issues) == BROKEN
    prices = (await flows.save(ann, body("Prices", PLAIN))).flow.id
    assert told((await flows.get(ann, menu)).issues) == [("flow_not_active", "a", "flow")]
    await flows.activate(ann, prices)
    assert told((await flows.get(ann, menu)).issues) == []


async def test_a_flow_knows_itself_by_the_name_it_is_saved_under(flows: FlowService, ann: Member) -> None:
    data = graph([trigger("t"), node("s", "subflowNode", flow="Menu")], "t>s")
    saved = await flows.save(ann, body("Menu", data))
    assert told(saved.issues) == [("subflow_loop", "s", "flow")]
    renamed = await flows.rename(ann, saved.flow.id, "Start")
    assert told(renamed.issues) == [("broken_reference", "s", "flow")]


async def test_members_of_the_workspace_only(flows: FlowService, ann: Member, bob: Member) -> None:
    assert told((await flows.save(ann, body("A", act("assign", memberId=ann.user_id)))).issues) == []
    issues = (await flows.save(ann, body("B", act("assign", memberId=bob.user_id)))).issues
    assert told(issues) == [("broken_reference", "a", "memberId")]


async def test_networks_that_the_operator_allows(flows: FlowService, ann: Member) -> None:
    inside = act("api_call", endpoint="http://10.1.2.3/x")
    assert told((await flows.save(ann, body("A", inside))).issues) == []
    issues = (await flows.save(ann, body("B", act("api_call", endpoint="http://127.0.0.1/x")))).issues
    assert told(issues) == [("blocked_address", "a", "endpoint")]
