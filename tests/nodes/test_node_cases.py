"""Every registered node type and action against its golden cases; one without docs, example or case fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from instantchat.engine.compiled import CompiledFlow
from instantchat.engine.inputs import Input
from instantchat.engine.node import EnterFlow, Node, Outcome, Take, WaitFor
from instantchat.engine.plain import from_json, to_json
from instantchat.engine.registry import node_class, node_types, node_variants
from instantchat.engine.scope import snapshot
from instantchat.engine.visit import Visit
from tests.nodes.golden import load_cases, read_context, read_message, settle, without_empty

CASES = Path(__file__).parent / "cases"


def all_types() -> Iterator[tuple[str, type[Node], Path]]:
    for name, cls in node_types().items():
        yield name, cls, CASES / f"{name}.json"
        for variant, each in node_variants(name).items():
            yield f"{name}:{variant}", each, CASES / "actions" / f"{variant}.json"


TYPES = [pytest.param(cls, path, id=name) for name, cls, path in all_types()]
GOLDEN = [
    pytest.param(name.partition(":")[0], path, case, id=f"{name}-{case['name']}")
    for name, _, path in all_types()
    for case in load_cases(path)
]


class TestEveryType:
    @pytest.mark.parametrize(("cls", "path"), TYPES)
    def test_is_described(self, cls: type[Node], path: Path) -> None:
        assert cls.__doc__, "the docstring is the palette's tooltip"
        assert cls.label and cls.icon and cls.group
        for field in cls.describe()["fields"]:
            assert field["label"] != field["name"], f"{field['name']} has no label"

    @pytest.mark.parametrize(("cls", "path"), TYPES)
    def test_has_cases(self, cls: type[Node], path: Path) -> None:
        cases = load_cases(path)
        assert cases, f"write {path}"
        assert len({case["name"] for case in cases}) == len(cases)

    @pytest.mark.parametrize(("cls", "path"), TYPES)
    def test_examples_are_complete_and_have_a_card(self, cls: type[Node], path: Path) -> None:
        assert cls.examples
        for example in cls.examples:
            node = read_node(cls.type, example)
            assert [issue for issue in node.findings() if issue.severity == "error"] == []
            assert "\n" not in node.card() and 0 < len(node.card()) <= 200
            assert read_node(cls.type, {}).card()


@pytest.mark.parametrize(("type_name", "path", "case"), GOLDEN)
def test_golden(type_name: str, path: Path, case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    update = bool(request.config.getoption("--update", default=False))
    settle(path, case, play(type_name, case), update)


def play(type_name: str, case: dict[str, Any]) -> dict[str, Any]:
    """What the node does: its issues when the case expects issues, else the outcome of entering or resuming it."""
    cls = node_class(type_name, case["data"])
    assert cls is not None
    node, issues = cls.parse(case["data"])
    if "issues" in case["expect"]:
        found = issues if node is None else list(node.findings())
        names = ("code", "severity", "field", "malformed")
        return {"issues": [without_empty({name: getattr(each, name) or None for name in names}) for each in found]}
    assert node is not None, issues
    visit = make_visit(node, case)
    if "input" not in case:
        return describe(node.enter(visit), visit)
    given = dict(case["input"])
    if "message" in given:
        given["message"] = to_json(read_message(given["message"]))
    return describe(node.resume(visit, from_json(Input, given)), visit)


def make_visit(node: Node, case: dict[str, Any]) -> Visit:
    connected = dict.fromkeys(case.get("connected", node.exits()), "n2")
    flow = CompiledFlow({"n1": node}, {"n1": connected}, ("n1",), ())
    context = read_context(case)
    data: dict[str, Any] = {"response": case.get("response")}
    if context.message is not None:
        data["message"] = snapshot(context.message)
    if "comment" in case:
        data["comment"] = case["comment"]
    visit = Visit(flow, "run_1", "n1", context, context.contact, data, step=3)
    visit.memory = case.get("memory", {})
    return visit


def describe(outcome: Outcome, visit: Visit) -> dict[str, Any]:
    said: dict[str, Any] = {"outcome": outcome.kind, "effects": [to_json(each) for each in outcome.effects]}
    said |= {"note": outcome.note, "warnings": visit.warnings, "values": visit.values}
    if isinstance(outcome, WaitFor):
        said |= {"waitsFor": outcome.what, "memory": outcome.memory}
        said["until"] = outcome.until.isoformat() if outcome.until else None
    elif isinstance(outcome, EnterFlow):
        said["flow"] = outcome.flow
    else:
        said["error"] = outcome.error
    if isinstance(outcome, Take | EnterFlow):
        said["exit"] = outcome.exit
    return without_empty(said)


def read_node(type_name: str, data: dict[str, Any]) -> Node:
    cls = node_class(type_name, data)
    assert cls is not None
    node, issues = cls.parse(data)
    assert node is not None, issues
    return node
