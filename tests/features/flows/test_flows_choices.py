"""What the builder offers where a field refers to something of the workspace."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from instantchat.features.auth.member import Member
from instantchat.features.flows import schemas as s
from instantchat.features.flows.service import FlowService
from instantchat.kit.clock import ManualClock
from instantchat.store.ports import Store
from tests.features.flows.test_flows_service import EDGE, TRIGGER, body


@pytest.fixture
def flows(store: Store, clock: ManualClock, publisher: Any) -> FlowService:
    return FlowService(store, clock, publisher)


def tagging(name: str, tag: str) -> s.SaveFlow:
    action = {"action": "tag_customer", "tag": tag}
    node = {"id": "m", "type": "actionNode", "position": {"x": 300, "y": 0}, "data": action}
    return body(name=name, nodes=[TRIGGER, node], edges=[EDGE])


async def test_flows_by_name_the_active_ones_first(flows: FlowService, ann: Member) -> None:
    draft = await flows.save(ann, body(name="Aaa"))
    active = await flows.save(ann, body(name="Bbb"))
    await flows.activate(ann, active.flow.id)
    assert (await flows.references(ann))["flow"] == [
        {"value": active.flow.id, "label": "Bbb", "detail": ""},
        {"value": draft.flow.id, "label": "Aaa", "detail": "Not active"},
    ]


async def test_names_that_active_flows_use(flows: FlowService, ann: Member) -> None:
    for name, tag in (("One", "vip"), ("Two", "{{message.text}}"), ("Three", "unused")):
        saved = await flows.save(ann, tagging(name, tag))
        if tag != "unused":
            await flows.activate(ann, saved.flow.id)
    found = await flows.references(ann)
    assert found["tag"] == [{"value": "vip", "label": "vip", "detail": ""}]
    assert found["field"] == found["variable"] == []


async def test_members_with_addresses_only_for_those_who_edit(flows: FlowService, ann: Member) -> None:
    [seen] = (await flows.references(ann))["member"]
    assert seen == {"value": ann.user_id, "label": "Ann", "detail": ann.email}
    [hidden] = (await flows.references(replace(ann, role="viewer")))["member"]
    assert hidden == {"value": ann.user_id, "label": "Ann", "detail": ""}


async def test_nothing_of_another_workspace(flows: FlowService, ann: Member, bob: Member) -> None:
    saved = await flows.save(ann, tagging("Secret", "secret"))
    await flows.activate(ann, saved.flow.id)
    found = await flows.references(bob)
    assert found["flow"] == found["tag"] == []
    assert [each["value"] for each in found["member"]] == [bob.user_id]
