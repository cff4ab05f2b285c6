"""The JSON Schema: a schema itself, true of every example, and as strict as the classes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from instantchat.cli import main
from instantchat.engine.graph import parse_graph
from instantchat.engine.json_schema import flow_schema
from instantchat.engine.registry import node_types, node_variants, trigger_types
from instantchat.flows import Flow, keyword
from tests.engine.builders import graph, node, say, trigger
from tests.engine.drawn import graphs
from tests.engine.test_engine_properties import GRAPHS

SCHEMA = flow_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def examples() -> Iterator[Any]:
    for name, cls in node_types().items():
        for each in [cls, *node_variants(name).values()]:
            for index, example in enumerate(each.examples):
                yield pytest.param(node("n", name, **example), id=f"{name}-{each.variant}-{index}")
    for name, each in trigger_types().items():
        for index, example in enumerate(each.examples):
            yield pytest.param(node("n", "triggerNode", triggers=[example]), id=f"{name}-{index}")


def mistakes(data: Any) -> set[str]:
    """Where the schema finds something wrong."""
    return {".".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(data)}


def test_is_a_schema_with_a_definition_per_type() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    types = [*node_types().values(), *node_variants("actionNode").values(), *trigger_types().values()]
    titles = {each.get("title") for each in SCHEMA["$defs"].values() if "description" in each}
    assert titles >= {cls.label for cls in types}
    assert SCHEMA["$defs"]["node"]["properties"]["type"]["enum"] == list(node_types())
    assert SCHEMA["$defs"]["MessageNode"]["description"].startswith("Sends a message")


@pytest.mark.parametrize("item", list(examples()))
def test_every_example_is_valid(item: dict[str, Any]) -> None:
    assert mistakes({"nodes": [item], "edges": []}) == set()


def test_what_an_export_holds_is_valid() -> None:
    assert mistakes(Flow("Prices", reentry="once").on(keyword("price")).say("a").tag("b").to_json()) == set()
    assert mistakes({"nodes": [{"id": "a", "type": "messageNode", "data": {"content": None}, "width": 3}]}) == set()


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([], ""),
        ({"edges": []}, ""),
        ({"nodes": [{"type": "messageNode"}]}, "nodes.0"),
        ({"nodes": [node("a", "moonNode")]}, "nodes.0.type"),
        ({"nodes": [say("a", "x" * 10_001)]}, "nodes.0.data"),
        ({"nodes": [say("a", quickReplies=[{"id": 5}])]}, "nodes.0.data"),
        ({"nodes": [node("a", "actionNode", action="fly")]}, "nodes.0.data"),
        ({"nodes": [node("a", "actionNode", action="tag_customer", tag=5)]}, "nodes.0.data"),
        ({"nodes": [node("a", "triggerNode", triggers=[{"type": "moon"}])]}, "nodes.0.data"),
        ({"nodes": [node("a", "triggerNode", triggers=[{"type": "keyword", "match": "soon"}])]}, "nodes.0.data"),
        ({"nodes": [], "edges": [{"source": "a"}]}, "edges.0"),
        ({"nodes": [], "reentry": {"mode": "soon"}}, "reentry.mode"),
    ],
)
def test_mistakes_are_found_at_their_place(data: Any, place: str) -> None:
    assert mistakes(data) == {place}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(GRAPHS | graphs())
def test_what_can_be_stored_is_valid(data: dict[str, Any]) -> None:
    for item in data["nodes"]:
        is_storable = parse_graph({"nodes": [item]})[0] is not None
        if is_storable and isinstance(item["id"], str):
            assert mistakes({"nodes": [item]}) == set()


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA


def test_edges_of_the_original_format() -> None:
    assert mistakes(graph([trigger("t"), say("m")], "t>m")) == set()
