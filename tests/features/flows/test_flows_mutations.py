"""Every field of every node, action and trigger with what it should not have: refused by its node, code and field, and
nothing stored; what is legal comes back as it was sent."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from instantchat.engine.registry import node_types, node_variants, trigger_types
from instantchat.features.auth.member import Member
from instantchat.features.flows.api import build_router
from instantchat.features.flows.history import HistoryService
from instantchat.features.flows.service import FlowService
from instantchat.features.flows.starting import StartingService
from instantchat.features.flows.transfer import TransferService
from instantchat.kit.clock import ManualClock
from instantchat.store.ports import Store
from tests.engine.written import BAD, GOOD, read
from tests.features.flows.filled import ACTIONS, NODES, TRIGGERS, filled
from tests.features.flows.mutations import HUGE, UNSTORABLE, Json, Mutation, mutations
from tests.features.web import as_, client

FILLED = filled()
MALFORMED = "shop-"  # the bad flows of the shop cannot be stored, those of others not be activated
SAME = {"unstorable": "bad_value"}  # a NUL is refused by what stores before the engine looks at it
START = {"id": "start", "type": "triggerNode", "data": {"triggers": [{"type": "any_message"}]}}


class Door:
    """The routes of flows, with one flow stored."""

    def __init__(self, http: httpx.AsyncClient, email: str) -> None:
        self.http, self.email = http, email
        self.flow: Json = {}

    async def post(self, path: str, body: Any, method: str = "POST") -> httpx.Response:
        headers = {**as_("ann"), "Content-Type": "application/json"}
        return await self.http.request(method, f"/api/flow/{path}", content=json.dumps(body), headers=headers)

    async def open(self) -> None:
        answer = await self.post("save", {"name": "Prices", "nodes": [START], "edges": []})
        assert answer.status_code == 201
        self.flow = answer.json()

    async def activate(self, written: Json) -> None:
        """Store and activate a flow that was written by hand, its member being whoever is here."""
        graph = json.loads(json.dumps(written["graph"]).replace("ada@example.com", self.email))
        saved = await self.post("save", {"name": written["name"], **graph})
        answer = await self.post(f"{saved.json()['id']}/activate", {})
        assert answer.status_code == 200, answer.json()

    async def given(self, nodes: list[Json]) -> list[httpx.Response]:
        """The answers of `save` and `PATCH` to these nodes beside the stored one."""
        saved = await self.post("save", {"id": self.flow["id"], "nodes": [START, *nodes], "edges": []})
        ops = [{"op": "upsertNode", "node": node} for node in nodes]
        patch = {"baseRevision": self.flow["revision"], "ops": ops}
        return [saved, await self.post(self.flow["id"], patch, "PATCH")]

    async def assert_unchanged(self) -> None:
        assert (await self.http.get("/api/flow/get/Prices", headers=as_("ann"))).json() == self.flow


@pytest.fixture
async def door(store: Store, clock: ManualClock, publisher: Any, ann: Member) -> Door:
    flows = FlowService(store, clock, publisher)
    assembly: Any = SimpleNamespace(
        flows=flows,
        transfer=TransferService(store, flows),
        starting=StartingService(store, clock, lambda: None),
        history=HistoryService(store, flows),
    )
    door = Door(client(build_router(assembly), clock, ann=ann), ann.email)
    await door.open()
    return door


def test_every_field_is_filled_in() -> None:
    assert set(NODES) | {"actionNode", "triggerNode"} == set(node_types())
    assert (set(ACTIONS), set(TRIGGERS)) == (set(node_variants("actionNode")), set(trigger_types()))
    for name, (_, data, prefix, schemas) in FILLED.items():
        for path, schema in fields(schemas, prefix):
            assert read_at(data, path) not in (None, ""), (name, path, schema)


@pytest.mark.parametrize("type_name", list(node_types()))
class TestFields:
    async def test_each_wrong_value_is_refused_at_its_field(self, door: Door, type_name: str) -> None:
        for name, path, schema in fields_of(type_name):
            wrong = [each for each in mutations(schema, path) if each.code]
            nodes, wanted = [mutated(name, each, index) for index, each in enumerate(wrong)], found_of(wrong)
            for answer in await door.given(nodes):
                assert (answer.status_code, answer.json()["code"]) == (422, "flow_malformed")
                assert told(answer.json()["errors"]) == wanted, (name, path)
            validated = await door.post("validate", {"nodes": [START, *nodes], "edges": []})
            assert validated.status_code == 200 and not validated.json()["valid"]
            assert told(validated.json()["issues"]) == wanted, (name, path)
        await door.assert_unchanged()

    async def test_what_no_store_can_hold_is_refused_at_its_node(self, door: Door, type_name: str) -> None:
        for name, path, _ in fields_of(type_name):
            for value in UNSTORABLE:
                node = mutated(name, Mutation(path, value, None, None), 0)
                for answer in await door.given([node]):
                    assert (answer.status_code, answer.json()["code"]) == (422, "flow_malformed")
                    (error,) = answer.json()["errors"]
                    assert (error["code"], error["nodeId"]) == ("unstorable", "n0"), (name, path)
        for name, path, _ in list(fields_of(type_name))[:1]:
            for answer in await door.given([mutated(name, Mutation(path, HUGE, None, None), 0)]):
                assert (answer.status_code, answer.json()["code"]) == (413, "flow_too_large")
        await door.assert_unchanged()

    async def test_what_is_legal_comes_back_as_it_was_sent(self, door: Door, type_name: str) -> None:
        for name, path, schema in fields_of(type_name):
            legal = [each for each in mutations(schema, path) if not each.code]
            nodes = [
                mutated(name, each, index) for index, each in enumerate([*legal, Mutation(path, None, None, None)])
            ]
            answer = await door.post("save", {"name": f"{name} {path}", "nodes": nodes, "edges": []})
            assert (answer.status_code, answer.json().get("errors")) == (201, None), (name, path)
            assert answer.json()["nodes"] == nodes


ENVELOPES: list[tuple[Any, str, str | None, str | None]] = [
    # what stands around the data: the node, the code, at which node, in which field
    ("n", "wrong_type", None, "nodes.1.id"),
    ({"type": "noteNode"}, "wrong_type", None, "nodes.1.id"),
    ({"id": 5, "type": "noteNode"}, "wrong_type", None, "nodes.1.id"),
    ({"id": "", "type": "noteNode"}, "wrong_type", None, "nodes.1.id"),
    ({"id": "n" * 101, "type": "noteNode"}, "wrong_type", None, "nodes.1.id"),
    ({"id": "n\u202e", "type": "noteNode"}, "wrong_type", None, "nodes.1.id"),
    ({"id": "start", "type": "noteNode"}, "duplicate_id", "start", None),
    ({"id": "n"}, "unknown_type", "n", "type"),
    ({"id": "n", "type": 5}, "unknown_type", "n", "type"),
    ({"id": "n", "type": ["noteNode"]}, "unknown_type", "n", "type"),
    ({"id": "n", "type": "notenode"}, "unknown_type", "n", "type"),
    ({"id": "n", "type": "__class__"}, "unknown_type", "n", "type"),
    ({"id": "n", "type": "noteNode", "data": "x"}, "wrong_type", "n", "data"),
    ({"id": "n", "type": "noteNode", "data": ["x"]}, "wrong_type", "n", "data"),
    ({"id": "n", "type": "noteNode", "position": 5}, "wrong_type", "n", "position"),
    ({"id": "n", "type": "noteNode", "position": {"x": "1", "y": 2}}, "wrong_type", "n", "position"),
    ({"id": "n", "type": "noteNode", "position": {"x": 10**30, "y": 2}}, "wrong_type", "n", "position"),
    ({"id": "n", "type": "actionNode", "data": {"action": 5}}, "unknown_type", "n", "action"),
    ({"id": "n", "type": "actionNode", "data": {"action": ["stop"]}}, "unknown_type", "n", "action"),
    ({"id": "n", "type": "actionNode", "data": {"action": "Stop"}}, "unknown_type", "n", "action"),
    ({"id": "n", "type": "triggerNode", "data": {"triggers": [{}]}}, "unknown_type", "n", "triggers.0.type"),
    ({"id": "n", "type": "triggerNode", "data": {"triggers": [{"type": 5}]}}, "unknown_type", "n", "triggers.0.type"),
    ({"id": "n", "type": "triggerNode", "data": {"triggers": [{"type": ""}]}}, "unknown_type", "n", "triggers.0.type"),
]
EDGES: list[tuple[Any, str]] = [
    ("x", "wrong_type"),
    ({"source": 5, "target": "start"}, "wrong_type"),
    ({"source": "start", "target": ["start"]}, "wrong_type"),
    ({"source": "start", "target": "start", "sourceHandle": 5}, "wrong_type"),
    ({"source": "start", "target": "start", "sourceHandle": "up"}, "unknown_exit"),
    ({"source": "start", "target": "gone"}, "dangling_edge"),
    ({"source": "gone", "target": "start"}, "dangling_edge"),
]


async def test_what_stands_around_the_data(door: Door) -> None:
    for node, *wanted in ENVELOPES:
        answer = await door.post("save", {"id": door.flow["id"], "nodes": [START, node], "edges": []})
        assert (answer.status_code, answer.json()["code"]) == (422, "flow_malformed")
        assert [[each["code"], each.get("nodeId"), each.get("field")] for each in answer.json()["errors"]] == [wanted]
    await door.assert_unchanged()


async def test_edges(door: Door) -> None:
    for edge, code in EDGES:
        answer = await door.post("save", {"id": door.flow["id"], "nodes": [START], "edges": [edge]})
        assert (answer.status_code, answer.json()["code"]) == (422, "flow_malformed")
        assert [each["code"] for each in answer.json()["errors"]] == [code]
    await door.assert_unchanged()


async def test_what_is_wrong_with_a_written_flow_is_told_by_the_api_too(door: Door) -> None:
    await door.activate(read(GOOD[0].with_name("shop-welcome.json")))
    for path in BAD:
        written = read(path)
        answer = await door.post("save", {"name": written["name"], **written["graph"]})
        if answer.status_code == 201:
            answer = await door.post(f"{answer.json()['id']}/activate", {})
        code = "flow_malformed" if path.stem.startswith(MALFORMED) else "flow_incomplete"
        assert (answer.status_code, answer.json()["code"]) == (422, code), path.stem
        errors = {(SAME.get(each["code"], each["code"]), each.get("nodeId")) for each in answer.json()["errors"]}
        assert errors == {(each["code"], each.get("nodeId")) for each in written["expect"]}, path.stem


async def test_good_flows_can_all_be_active_at_once(door: Door) -> None:
    """Those that others go through first."""
    for path in sorted(GOOD, key=lambda path: len(read(path).get("others", ()))):
        await door.activate(read(path))


def fields_of(type_name: str) -> Iterator[tuple[str, str, Json]]:
    """Every field of every node of the type, its actions and triggers: the node's name, the path, the schema."""
    for name, (kind, _, prefix, schemas) in FILLED.items():
        if kind == type_name:
            yield from ((name, path, schema) for path, schema in fields(schemas, prefix))


def fields(schemas: list[Json], prefix: str = "") -> Iterator[tuple[str, Json]]:
    """Every field and those in it, at the first entry of each list."""
    for schema in schemas:
        path = f"{prefix}{schema['name']}"
        yield path, schema
        if "item" in schema:
            inside = f"{path}." if schema["kind"] in ("group", "until") else f"{path}.0."
            yield from fields(schema["item"]["fields"], inside)


def mutated(name: str, mutation: Mutation, index: int) -> Json:
    type_name, data, _, _ = FILLED[name]
    changed = copy.deepcopy(data)
    *way, last = mutation.path.split(".")
    read_at(changed, ".".join(way))[last] = mutation.value
    return {"id": f"n{index}", "type": type_name, "data": changed}


def read_at(data: Any, path: str) -> Any:
    for step in filter(None, path.split(".")):
        data = data[int(step)] if isinstance(data, list) else data[step]
    return data


def found_of(wrong: list[Mutation]) -> set[tuple[str, str, str | None]]:
    return {(f"n{index}", each.code or "", each.field) for index, each in enumerate(wrong)}


def told(errors: list[Json]) -> set[tuple[str, str, str | None]]:
    return {(each["nodeId"], each["code"], each.get("field")) for each in errors}
