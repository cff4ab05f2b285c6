from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as fuzzed
from hypothesis import strategies as st
from pydantic import ValidationError

from instantchat.errors import AppError, Invalid
from instantchat.features.auth.member import Member
from instantchat.features.flows.file import ImportFlow
from instantchat.features.flows.service import FlowService
from instantchat.features.flows.transfer import TransferService
from instantchat.kit.clock import ManualClock
from instantchat.kit.ids import new_id
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.support.installed import CourierNode, installed
from tests.support.scale import FUZZ_EXAMPLES

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
        for version in (2, -1, 10**20):
            with pytest.raises(Invalid) as refusal:
                await transfer.import_flow(ann, given(formatVersion=version))
            assert refusal.value.code == "format_unsupported"
            assert refusal.value.message.startswith(f"This file has format {version}; this server reads format 1.")
        with pytest.raises(Invalid) as refusal:
            await transfer.import_flow(ann, given(edges=[{"id": "e", "source": "t", "target": "gone"}]))
        assert refusal.value.code == "flow_malformed"

    async def test_edges_need_no_ids_and_may_share_them(self, transfer: TransferService, ann: Member) -> None:
        more = {"id": "n", "type": "noteNode"}
        edges = [{"id": "e", "source": "t", "target": "m"}, {"id": "e", "source": "m", "target": "n"}, {}]
        imported = await transfer.import_flow(ann, given(nodes=[*FILE["nodes"], more], edges=edges[:2]))
        assert len({edge["id"] for edge in imported.view.flow.graph["edges"]}) == 2
        with pytest.raises(Invalid) as refusal:
            await transfer.import_flow(ann, given(edges=edges))
        assert refusal.value.errors[0].field == "edges.1.target"


class TestPasted:
    """What people really paste."""

    async def test_nodes_and_edges_alone(self, transfer: TransferService, ann: Member) -> None:
        bare = ImportFlow.model_validate({"nodes": FILE["nodes"], "edges": FILE["edges"]})
        views = [(await transfer.import_flow(ann, bare)).view for _ in range(2)]
        assert [view.flow.name for view in views] == ["Imported flow", "Imported flow (2)"]
        assert (views[0].flow.priority, views[0].flow.reentry) == (0, {"mode": "always"})

    async def test_a_flow_as_the_api_shows_it(
        self, transfer: TransferService, flows: FlowService, ann: Member, bob: Member
    ) -> None:
        made = (await transfer.import_flow(ann, given(reentry={"mode": "every", "hours": 6}))).view
        active = await flows.activate(ann, made.flow.id)
        pasted = ImportFlow.model_validate(active.out().wire())
        view = (await transfer.import_flow(bob, pasted)).view
        assert (view.flow.status, view.flow.published_version, view.flow.revision) == ("draft", None, 1)
        assert (view.flow.name, view.flow.priority, view.flow.reentry) == ("Prices", 2, {"mode": "every", "hours": 6})

    async def test_a_flow_of_the_original_product(self, transfer: TransferService, ann: Member) -> None:
        original = {
            "_id": "65f0c0ffee",
            "userId": 7,
            "name": "Old",
            "status": "active",
            "nodes": [
                {"id": "1", "type": "conditionNode", "data": {"keyword": "price"}},
                {"id": "2", "type": "messageNode", "data": {"content": "5 euro"}},
            ],
            "edges": [{"id": "e1-2", "source": "1", "target": "2"}],
        }
        view = (await transfer.import_flow(ann, ImportFlow.model_validate(original))).view
        assert (view.flow.name, [issue for issue in view.issues if issue.severity == "error"]) == ("Old", [])

    async def test_what_was_written_earlier_is_told(self, transfer: TransferService, ann: Member) -> None:
        delay = {"id": "d", "type": "delayNode", "data": {"until": {"time": "09:00", "weekdays": ["Monday"]}}}
        imported = await transfer.import_flow(ann, given(nodes=[delay], edges=[]))
        (node,) = imported.view.flow.graph["nodes"]
        assert node["data"]["until"]["weekdays"] == ["mon"]
        assert [(each.node_id, each.message[:8]) for each in imported.rewritten] == [(node["id"], "Weekdays")]


def courier(**data: Any) -> dict[str, Any]:
    return {"id": "c", "type": "courierNode", "data": data}


class TestReferences:
    @pytest.fixture(autouse=True)
    def node_type(self) -> Iterator[None]:
        with installed(CourierNode):
            yield

    async def test_an_export_names_what_it_refers_to_and_no_email_address(
        self, transfer: TransferService, flows: FlowService, ann: Member, bob: Member
    ) -> None:
        other = (await flows.create(ann, "Welcome")).flow.id
        data = {"flow": other, "members": [ann.user_id, ann.email, bob.user_id, bob.email, "no@example.com"]}
        made = (await transfer.import_flow(ann, given(nodes=[courier(**data)], edges=[]))).view
        file = (await transfer.export(ann, made.flow.id)).wire()
        assert file["references"] == {"flows": {other: "Welcome"}, "members": {ann.user_id: {"name": "Ann"}}}
        assert file["nodes"][0]["data"] == {"flow": other, "members": [ann.user_id, ann.user_id, bob.user_id, "", ""]}
        assert "@example.com" not in json.dumps(file)

    async def test_flows_are_found_by_name_and_members_too(
        self, transfer: TransferService, flows: FlowService, ann: Member
    ) -> None:
        here = (await flows.create(ann, "Welcome")).flow.id
        imported = await transfer.import_flow(
            ann,
            given(
                nodes=[courier(flow="flow_there", members=["usr_there", "usr_gone", ann.email])],
                edges=[],
                references={
                    "flows": {"flow_there": "WELCOME"},
                    "members": {"usr_there": {"name": "ann"}, "usr_gone": {"name": "Zoe"}},
                },
            ),
        )
        (node,) = imported.view.flow.graph["nodes"]
        assert node["data"] == {"flow": here, "members": [ann.user_id, "usr_gone", ann.email]}
        assert [each.wire() for each in imported.unresolved] == [
            {"nodeId": node["id"], "field": "members.1", "value": "usr_gone", "name": "Zoe", "reason": "no_such_member"}
        ]

    async def test_two_of_the_same_name_are_nobody(
        self, transfer: TransferService, ann: Member, store: Store, clock: ManualClock
    ) -> None:
        twin = r.User(new_id("usr"), ann.workspace_id, "agent", "Ann", "ann2@example.com", "x", None, clock.now())
        assert await store.members.create_user(twin, "ignored")
        names = {"members": {"usr_there": {"name": "Ann"}}}
        file = given(nodes=[courier(members=["usr_there"])], edges=[], references=names)
        assert [each.reason for each in (await transfer.import_flow(ann, file)).unresolved] == ["no_such_member"]

    @pytest.mark.parametrize("reference", ["flow_own", "prices", "Prices"])
    async def test_a_flow_that_refers_to_itself_refers_to_the_new_one(
        self, transfer: TransferService, ann: Member, reference: str
    ) -> None:
        file = given(id="flow_own", nodes=[courier(flow=reference)], edges=[])
        await transfer.import_flow(ann, file)
        second = await transfer.import_flow(ann, file)
        assert (second.view.flow.name, second.unresolved) == ("Prices (2)", [])
        assert second.view.flow.graph["nodes"][0]["data"]["flow"] == second.view.flow.id

    async def test_a_self_reference_survives_a_file(
        self, transfer: TransferService, flows: FlowService, ann: Member, bob: Member
    ) -> None:
        made = (await transfer.import_flow(ann, given(nodes=[courier(flow="Prices")], edges=[]))).view
        file = (await transfer.export(ann, made.flow.id)).wire()
        back = await transfer.import_flow(bob, ImportFlow.model_validate(file))
        assert back.view.flow.graph["nodes"][0]["data"]["flow"] == back.view.flow.id != made.flow.id

    async def test_what_belongs_to_another_workspace_is_not_here(
        self, transfer: TransferService, flows: FlowService, ann: Member, bob: Member
    ) -> None:
        theirs = (await flows.create(ann, "Welcome")).flow.id
        file = given(nodes=[courier(flow=theirs, members=[ann.user_id, ann.email])], edges=[])
        missing = (await transfer.import_flow(bob, file)).unresolved
        assert [(each.field, each.value, each.name, each.reason) for each in missing] == [
            ("flow", theirs, None, "no_such_flow"),
            ("members.0", ann.user_id, None, "no_such_member"),
            ("members.1", ann.email, None, "no_such_member"),
        ]

    async def test_tags_and_fields_are_told(self, transfer: TransferService, ann: Member) -> None:
        nodes = [courier(tag="vip", field="size"), {**courier(tag="vip ", field=""), "id": "d"}]
        created = (await transfer.import_flow(ann, given(nodes=nodes, edges=[]))).created
        assert (created.tags, created.fields) == (["vip"], ["size"])

    async def test_secrets_stay_behind_and_are_told(
        self, transfer: TransferService, flows: FlowService, ann: Member, bob: Member
    ) -> None:
        data = {"apiKey": "sesame", "pin": 9034, "stops": [{"id": "a", "doorCode": "sesame"}], "note": "ring"}
        made = (await transfer.import_flow(ann, given(nodes=[courier(**data)], edges=[]))).view
        assert made.flow.graph["nodes"][0]["data"] == data
        file = (await transfer.export(ann, made.flow.id)).wire()
        assert file["nodes"][0]["data"] == {
            "apiKey": "",
            "pin": None,
            "stops": [{"id": "a", "doorCode": ""}],
            "note": "ring",
        }
        imported = await transfer.import_flow(bob, ImportFlow.model_validate(file))
        assert [(each.field, each.value, each.reason) for each in imported.unresolved] == [
            ("apiKey", "", "secret_left_out"),
            ("stops.0.doorCode", "", "secret_left_out"),
        ]

    async def test_what_a_viewer_copied_is_as_empty(self, transfer: TransferService, ann: Member) -> None:
        imported = await transfer.import_flow(ann, given(nodes=[courier(apiKey="•••")], edges=[]))
        assert imported.view.flow.graph["nodes"][0]["data"] == {"apiKey": ""}
        assert [each.reason for each in imported.unresolved] == ["secret_left_out"]

    async def test_out_in_and_out_again_is_the_same(
        self, transfer: TransferService, flows: FlowService, ann: Member
    ) -> None:
        await flows.create(ann, "Welcome")
        data = {"flow": "Welcome", "members": [ann.email, "usr_gone"], "apiKey": "sesame", "tag": "vip"}
        nodes = [*FILE["nodes"], courier(**data)]
        made = (await transfer.import_flow(ann, given(nodes=nodes))).view
        first = (await transfer.export(ann, made.flow.id)).wire()
        again = (await transfer.import_flow(ann, ImportFlow.model_validate(first))).view
        second = (await transfer.export(ann, again.flow.id)).wire()
        assert second.pop("name") == "Prices (2)"
        assert without_ids(second) == without_ids({key: value for key, value in first.items() if key != "name"})


def without_ids(file: dict[str, Any]) -> dict[str, Any]:
    """The file with its nodes numbered and its edges between those numbers."""
    numbers = {node["id"]: index for index, node in enumerate(file["nodes"])}
    nodes = [{**node, "id": numbers[node["id"]]} for node in file["nodes"]]
    ends = [(numbers[edge["source"]], edge.get("sourceHandle"), numbers[edge["target"]]) for edge in file["edges"]]
    return {**file, "nodes": nodes, "edges": ends}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["a", "messageNode", "actionNode", "courierNode", "api_call", "\ud800", "x\x00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["id", "type", "data", "action", "headers", "source", "target", "flow", "members", "flows", "name", "x", "y"]
    ), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip
NODES = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(["a", "b", "c"]), "type": st.sampled_from(["messageNode", "courierNode", "delayNode"])},
        optional={"data": JSON, "position": JSON},
    ),
    max_size=3,
)
BODIES = JSON | st.fixed_dictionaries(
    {},
    optional={
        "formatVersion": JSON,
        "id": JSON,
        "name": JSON,
        "category": JSON,
        "priority": JSON,
        "reentry": JSON,
        "nodes": JSON | NODES,
        "edges": JSON | st.lists(st.fixed_dictionaries({"source": st.just("a"), "target": st.just("b")}), max_size=2),
        "viewport": JSON,
        "references": JSON | st.fixed_dictionaries({"flows": JSON, "members": JSON}),
    },
)


class TestAnyJson:
    @settings(max_examples=FUZZ_EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @fuzzed(body=BODIES)
    async def test_is_imported_or_refused(
        self, transfer: TransferService, flows: FlowService, ann: Member, body: Any
    ) -> None:
        with installed(CourierNode):
            try:
                file = ImportFlow.model_validate(body)
                imported = await transfer.import_flow(ann, file)
            except (ValidationError, AppError) as refusal:
                assert not isinstance(refusal, AppError) or refusal.status in (413, 422)
                return
            imported.out().model_dump_json()
            (await transfer.export(ann, imported.view.flow.id)).model_dump_json()
            await flows.delete(ann, imported.view.flow.id)  # so that names do not run out
