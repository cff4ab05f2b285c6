from __future__ import annotations

from typing import Any

from instantchat.engine.lint import validate_flow
from tests.engine.builders import compiled, graph, node, say, trigger

CODES = ("variable_never_set", "variable_unset", "variable_maybe_unset", "no_response_yet")


def put(node_id: str, name: str = "size") -> dict[str, Any]:
    return node(node_id, "actionNode", action="set_variable", variable=name, value="1")


def call(node_id: str, **data: Any) -> dict[str, Any]:
    return node(node_id, "actionNode", action="api_call", endpoint="https://x.example", **data)


def found(data: dict[str, Any], **others: Any) -> list[tuple[str, str, str | None, str | None]]:
    issues = validate_flow(data, list(others.items()))
    return [(each.code, each.severity, each.node_id, each.field) for each in issues if each.code in CODES]


IF = node("c", "conditionNode", keyword="x")


class TestVariables:
    def test_set_before_is_fine(self) -> None:
        assert found(graph([trigger("t"), put("p"), say("m", "{{size}}")], "t>p", "p>m")) == []

    def test_set_later(self) -> None:
        data = graph([trigger("t"), say("m", "Size {{size}}"), put("p")], "t>m", "m>p")
        assert found(data) == [("variable_unset", "warning", "m", "content")]

    def test_set_on_another_way(self) -> None:
        data = graph([trigger("t"), IF, put("p"), say("m", "{{variables.size}}")], "t>c", "c.true>p", "c.false>m")
        assert found(data) == [("variable_unset", "warning", "m", "content")]

    def test_set_on_some_ways(self) -> None:
        data = graph([trigger("t"), IF, put("p"), say("m", "{{size}}")], "t>c", "c.true>p", "c.false>m", "p>m")
        assert found(data) == [("variable_maybe_unset", "info", "m", "content")]

    def test_set_on_every_way(self) -> None:
        nodes = [trigger("t"), IF, put("p"), put("q"), say("m", "{{size}}")]
        assert found(graph(nodes, "t>c", "c.true>p", "c.false>q", "p>m", "q>m")) == []

    def test_in_a_loop_the_first_round_counts(self) -> None:
        nodes = [trigger("t"), say("m", "{{size}}"), put("p"), node("d", "delayNode", amount=1)]
        assert found(graph(nodes, "t>m", "m>p", "p>d", "d>m")) == [("variable_maybe_unset", "info", "m", "content")]

    def test_nothing_sets_it(self) -> None:
        data = graph([trigger("t"), say("m", "{{size}}")], "t>m")
        assert found(data) == [("variable_never_set", "warning", "m", "content")]

    def test_a_fallback_makes_up_for_it(self) -> None:
        nodes = [trigger("t"), say("m", "{{size|large}} {{color|red}}"), put("p")]
        assert found(graph(nodes, "t>m", "m>p")) == []

    def test_conditions_may_ask(self) -> None:
        rules = [{"field": "variables.size", "op": "exists"}, {"field": "colour", "op": "equals", "value": "red"}]
        nodes = [trigger("t"), node("c", "conditionNode", rules=rules), put("p")]
        assert found(graph(nodes, "t>c", "c.true>p")) == [("variable_never_set", "warning", "c", "rules.1.field")]

    def test_a_question_and_an_answer_kept_set_it(self) -> None:
        ask = node("q", "questionNode", content="Size?", saveTo="size")
        nodes = [trigger("t"), ask, call("a", saveAs="stock"), say("m", "{{size}} {{stock.left}}")]
        assert found(graph(nodes, "t>q", "q.answered>a", "a.next>m")) == []

    def test_a_sub_flow_sets_what_it_sets(self) -> None:
        nodes = [trigger("t"), node("s", "subflowNode", flow="Child"), say("m", "{{size}}")]
        data = graph(nodes, "t>s", "s>m")
        assert found(data, child=compiled([trigger("x"), put("p")], "x>p")) == []
        assert found(data) == [("variable_never_set", "warning", "m", "content")]

    def test_where_no_run_comes_order_does_not_matter(self) -> None:
        assert found(graph([trigger("t"), say("m", "{{size}}"), put("p")], "m>p")) == []


class TestResponse:
    def test_before_the_call(self) -> None:
        data = graph([trigger("t"), say("m", "{{response.body.left}}"), call("a")], "t>m", "m>a")
        assert found(data) == [("no_response_yet", "warning", "m", "content")]

    def test_after_it_on_some_way(self) -> None:
        nodes = [trigger("t"), IF, call("a"), say("m", "{{response.status}}")]
        assert found(graph(nodes, "t>c", "c.true>a", "a.next>m", "a.error>m", "c.false>m")) == []

    def test_in_a_rule(self) -> None:
        rules = [{"field": "response.status", "op": "equals", "value": 200}]
        data = graph([trigger("t"), node("c", "conditionNode", rules=rules)], "t>c")
        assert found(data) == [("no_response_yet", "warning", "c", "rules.0.field")]

    def test_a_fallback_makes_up_for_it(self) -> None:
        assert found(graph([trigger("t"), say("m", "{{response.body|nothing}}")], "t>m")) == []
