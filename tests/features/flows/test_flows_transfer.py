from __future__ import annotations

from typing import Any

import pytest

from instantchat.errors import Invalid
from instantchat.features.auth.member import Member
from instantchat.features.flows.file import ImportFlow
from instantchat.features.flows.service import FlowService
from instantchat.features.flows.transfer import TransferService
from instantchat.kit.clock import ManualClock
from instantchat.store.ports import Store

FILE: dict[str, Any] = {
    "formatVersion": 1,
    "name": "Prices",
    "category": "sales",
    "priority": 2,
    "nodes": [
        {
            "id": "t",
            "type": "triggerNode",
            "position": {"x": 0, "y": 0},
            "data": {"triggers": [{"type": "any_message"}]},
        },
        {"id": "m", "type": "messageNode", "position": {"x": 9, "y": 0}, "data": {"content": "Hi"}},
    ],
    "edges": [{"id": "e", "source": "t", "sourceHandle": "next", "target": "m"}],
}


@pytest.fixture
def flows(store: Store, clock: ManualClock, publisher: Any) -> FlowService:
    return FlowService(store, clock, publisher)


@pytest.fixture
def transfer(store: Store, flows: FlowService) -> TransferService:
    return TransferService(store, flows)


def given(**changes: Any) -> ImportFlow:
    return ImportFlow.model_validate({**FILE, **changes})


class TestImport:
    async def test_comes_in_under_new_ids_and_a_free_name(self, transfer: TransferService, ann: Member) -> None:
        imported = await transfer.import_flow(ann, given())
        first, second = imported.view, (await transfer.import_flow(ann, given())).view
        assert (imported.unresolved, imported.rewritten) == ([], [])
        assert (first.flow.name, second.flow.name) == ("Prices", "Prices (2)")
        nodes, (edge,) = first.flow.graph["nodes"], first.flow.graph["edges"]
        assert {node["id"] for node in nodes}.isdisjoint({"t", "m"})
        assert (edge["source"], edge["target"], edge["sourceHandle"]) == (nodes[0]["id"], nodes[1]["id"], "next")
        assert nodes[0]["id"] != second.flow.graph["nodes"][0]["id"]

    async def test_what_went_out_comes_in_the_same(
        self, transfer: TransferService, flows: FlowService, ann: Member, bob: Member
    ) -> None:
        view = (await transfer.import_flow(ann, given())).view
        file = (await transfer.export(ann, view.flow.id)).wire()
        assert (file["formatVersion"], file["name"], file["category"], file["priority"]) == (1, "Prices", "sales", 2)
        back = (await transfer.import_flow(bob, ImportFlow.model_validate(file))).view
        assert [node["data"] for node in back.flow.graph["nodes"]] == [node["data"] for node in FILE["nodes"]]
        assert back.flow.workspace_id == bob.workspace_id

    async def test_refuses_another_format_and_malformed_graphs(self, transfer: TransferService, ann: Member) -> None:
        with pytest.raises(Invalid) as refusal:
            await transfer.import_flow(ann, given(formatVersion=2))
        assert refusal.value.code == "format_unsupported"
        with pytest.raises(Invalid) as refusal:
            await transfer.import_flow(ann, given(edges=[{"id": "e", "source": "t", "target": "gone"}]))
        assert refusal.value.code == "flow_malformed"
