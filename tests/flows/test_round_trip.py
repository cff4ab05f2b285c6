"""JSON to a flow and back, and to Python source and back, is the same JSON."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instantchat.engine.registry import node_types, node_variants, trigger_types
from instantchat.flows import Flow
from tests.engine.builders import graph, node, say, trigger
from tests.engine.drawn import graphs


def run(source: str) -> Flow:
    names: dict[str, Any] = {}
    exec(compile(source, "flow.py", "exec"), names)
    return names["flow"]


MENU = graph(
    [
        trigger("t", "menu"),
        say("menu", "Small?", quickReplies=[{"id": "q1", "title": "Small"}, {"id": "q2", "title": "Large"}]),
        node("n", "noteNode", text="Prices change in May"),
        say("small", "10 €"),
        node("c", "conditionNode", keyword="x"),
        node("w", "delayNode", amount=1.5, unit="hours"),
    ],
    "t>menu", "menu.q2>c", "menu.q1>small", "small>menu", "c.true>w", "c.false>menu", "w>n",
)  # fmt: skip

WRITTEN = """\
from instantchat.flows import Flow, any_message, keyword

flow = (
    Flow("Prices", category="Sales", reentry="once")
    .on(keyword("price", "cost", match="word"), any_message())
    .say("Small or large?", quick_replies=["Small", "Large"])
    .case("Small", "small")
    .case("Large", "large")
    .step("small")
    .say("10 €")
    .goto("thanks")
    .step("large")
    .when("contact.tags", "contains", "vip")
    .otherwise("thanks")
    .say("15 €")
    .wait(minutes=10)
    .set("seen", True)
    .say("Thanks!", id="thanks")
)
"""


class TestJson:
    @pytest.mark.parametrize("data", [MENU, graph([]), graph([say("a")]), graph([trigger("t"), say("m")], "t>m")])
    def test_comes_out_as_it_went_in(self, data: dict[str, Any]) -> None:
        made = Flow.from_json(data).to_json()
        assert (made["nodes"], made["edges"]) == (data["nodes"], data["edges"])
        assert Flow.from_json(made).to_json() == made

    def test_what_the_canvas_adds_is_kept(self) -> None:
        item = {**say("a"), "position": {"x": -3.5, "y": 8}, "width": 196, "selected": True}
        edge = {
            "id": "edge_9",
            "source": "a",
            "sourceHandle": None,
            "target": "a",
            "targetHandle": "in",
            "animated": True,
        }
        data = {**Flow("x").to_json(), "nodes": [item], "edges": [edge], "viewport": {"x": 1, "y": 2, "zoom": 0.5}}
        assert Flow.from_json(data).to_json() == data
        assert run(Flow.from_json(data).to_python()).to_json() == data

    def test_what_is_missing_is_filled_in(self) -> None:
        made = Flow.from_json({"nodes": [{"id": "a", "type": "messageNode"}]}).to_json()
        assert made["name"] == "Untitled flow"
        assert made["nodes"] == [{"id": "a", "type": "messageNode", "position": {"x": 120, "y": 160}, "data": {}}]

    def test_what_its_ids_stand_for_is_kept(self) -> None:
        data = {**Flow("x").run("flow_1").to_json(), "references": {"flows": {"flow_1": "Prices"}, "members": {}}}
        assert Flow.from_json(data).to_json() == data
        assert run(Flow.from_json(data).to_python()).to_json() == data


def examples() -> Iterator[Any]:
    for type_name, cls in node_types().items():
        for each in [cls, *node_variants(type_name).values()]:
            for index, data in enumerate(each.examples):
                yield pytest.param(type_name, data, id=f"{type_name}-{each.variant}-{index}")
    for name, each in trigger_types().items():
        for index, data in enumerate(each.examples):
            yield pytest.param("triggerNode", {"triggers": [data]}, id=f"{name}-{index}")


@pytest.mark.parametrize(("type_name", "data"), list(examples()))
def test_every_example_of_every_type_can_be_written(type_name: str, data: dict[str, Any]) -> None:
    flow = Flow.from_json({"nodes": [{"id": "n", "type": type_name, "data": data}]})
    source = flow.to_python()
    assert run(source) == flow
    assert "data={" not in source, "its fields have Python names"


class TestPython:
    def test_is_written_as_a_person_would(self) -> None:
        assert run(WRITTEN).to_python() == WRITTEN

    def test_what_the_steps_do_not_say_is_at_the_end(self) -> None:
        source = Flow.from_json({**MENU, "name": "Menu"}).to_python()
        steps, _, drawn = source.partition("flow.drawn(")
        assert "position" not in steps and "e1" not in steps
        assert '.case("Small", "small")' in steps and '.wait(hours=1.5, id="w")' in steps
        assert '("menu", "q2"): "e1"' in drawn
        assert run(source).to_json() == Flow.from_json({**MENU, "name": "Menu"}).to_json()

    @pytest.mark.parametrize(
        "text", ['"); import os; ("', "\\", "a\nb\tc\r", "\u202eabc", "\U0001f600\u200b", "{{x}}", "'''", "\x7f\u2028"]
    )
    def test_no_text_gets_out_of_its_quotes(self, text: str) -> None:
        data = {"content": text, text: {text: [text]}}
        item = {"id": "m", "type": "messageNode", "position": {"x": 0, "y": 0}, "data": data}
        flow = Flow.from_json({"name": f"x{text}", "category": text, "nodes": [item]})
        source = flow.to_python()
        assert all(letter.isprintable() for line in source.split("\n") for letter in line)
        assert run(source) == flow

    @pytest.mark.parametrize(
        "data",
        [
            {"quickReplies": [{"id": "a", "title": "a"}, {"id": "b"}, {}]},
            {"quickReplies": None, "content": None},
            {"content": "a", "id": "x", "data": {"a": 1}, "class": 2, "not a name": 3, "self": 4, "type": 5},
            {"buttons": [{"id": "shop", "title": "Shop", "type": "web_url", "url": "https://x.example"}]},
        ],
    )
    def test_odd_data_is_kept(self, data: dict[str, Any]) -> None:
        flow = Flow.from_json({"nodes": [{"id": "m", "type": "messageNode", "data": data}]})
        assert run(flow.to_python()) == flow

    def test_no_key_gets_out_of_its_quotes(self) -> None:
        key = "time=1) or print("
        until = {"type": "delayNode", "data": {"until": {"time": "09:00", key: 1}}}
        trigger_ = {"type": "triggerNode", "data": {"triggers": [{"type": "keyword", "keywords": ["a"], key: 1}]}}
        for item in (until, trigger_):
            flow = Flow.from_json({"nodes": [{"id": "n", **item}]})
            assert f'"{key}"' in flow.to_python() and run(flow.to_python()) == flow

    @pytest.mark.parametrize(
        "triggers",
        [
            [{"type": "keyword", "keywords": ["a"], "exclude": ["b"], "match": "exact"}, {"type": "any_message"}],
            [{"type": "keyword"}],
            [{"type": "keyword", "keywords": ["a"], "other": 1}],
            [],
        ],
    )
    def test_triggers(self, triggers: list[dict[str, Any]]) -> None:
        flow = Flow.from_json({"nodes": [{"id": "t", "type": "triggerNode", "data": {"triggers": triggers}}]})
        assert run(flow.to_python()) == flow


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_any_valid_flow(data: dict[str, Any], rng: random.Random) -> None:
    rng.shuffle(data["edges"])
    for index, each in enumerate(data["nodes"]):
        if rng.random() < 0.3:
            each["position"] = {"x": index * 7.5, "y": -index}
    for index, edge in enumerate(data["edges"]):
        edge |= {"id": f"edge_{index}"} if rng.random() < 0.3 else {}
    flow = Flow.from_json(data)
    made = flow.to_json()
    assert [(each["id"], each["type"], each["data"]) for each in made["nodes"]] == [
        (each["id"], each["type"], each["data"]) for each in data["nodes"]
    ]
    assert Flow.from_json(made).to_json() == made
    assert run(flow.to_python()).to_json() == made
