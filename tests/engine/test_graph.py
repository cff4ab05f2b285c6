from __future__ import annotations

from typing import Any

import pytest

from instantchat.engine.flow import parse_graph
from tests.engine.builders import QUICK, compiled, graph, node, say, trigger


def malformed(data: Any) -> list[tuple[str, str | None]]:
    flow, issues = parse_graph(data)
    assert flow is None
    assert all(issue.malformed and issue.severity == "error" for issue in issues)
    return [(issue.code, issue.node_id) for issue in issues]


class TestMalformed:
    @pytest.mark.parametrize("data", [None, 5, "x", [], {"nodes": {}}, {"edges": 1}, {"nodes": [5]}, {"nodes": [{}]}])
    def test_wrong_shapes(self, data: Any) -> None:
        assert {code for code, _ in malformed(data)} == {"wrong_type"}

    @pytest.mark.parametrize("node_id", ["", "x" * 101, "a\nb", "\ud800", 5, None])
    def test_node_ids(self, node_id: Any) -> None:
        assert malformed({"nodes": [{"id": node_id, "type": "noteNode"}]}) == [("wrong_type", None)]

    def test_unknown_type(self) -> None:
        assert malformed(graph([node("a", "moonNode")])) == [("unknown_type", "a")]
        assert malformed(graph([node("a", "actionNode", action="fly")])) == [("unknown_type", "a")]

    def test_two_nodes_with_one_id(self) -> None:
        assert malformed(graph([say("a"), say("a")])) == [("duplicate_id", "a")]

    def test_edges_to_nowhere(self) -> None:
        assert malformed(graph([say("a")], "a>b")) == [("dangling_edge", "a")]
        assert malformed(graph([say("a")], "b>a")) == [("dangling_edge", "a")]

    def test_second_edge_from_one_exit(self) -> None:
        assert malformed(graph([say("a"), say("b"), say("c")], "a>b", "a.next>c")) == [("exit_taken", "a")]

    def test_exit_that_is_not_there(self) -> None:
        assert malformed(graph([say("a"), say("b")], "a.maybe>b")) == [("unknown_exit", "a")]
        assert malformed(graph([node("n", "noteNode"), say("b")], "n>b")) == [("unknown_exit", "n")]
        link = [{"id": "w", "title": "W", "type": "web_url", "url": "https://x.example"}]
        assert malformed(graph([say("a", buttons=link), say("b")], "a.w>b")) == [("unknown_exit", "a")]

    def test_two_choices_with_one_id(self) -> None:
        assert malformed(graph([say("a", quickReplies=[QUICK[0], QUICK[0]])])) == [("duplicate_exit", "a")]
        assert malformed(graph([say("a", quickReplies=[{"id": "next", "title": "N"}])])) == [("duplicate_exit", "a")]

    def test_too_many_nodes(self) -> None:
        assert malformed(graph([say(f"n{index}") for index in range(501)])) == [("over_limit", None)]

    @pytest.mark.parametrize("position", [5, {}, {"x": 1}, {"x": "1", "y": 2}, {"x": float("nan"), "y": 0}])
    def test_positions(self, position: Any) -> None:
        assert malformed({"nodes": [{**say("a"), "position": position}]}) == [("wrong_type", "a")]

    @pytest.mark.parametrize("data", ["x", {"content": "\ud800"}, {"extra": float("inf")}, {"extra": 10**400}])
    def test_data_no_store_would_take(self, data: Any) -> None:
        assert malformed({"nodes": [{"id": "a", "type": "messageNode", "data": data}]})[0][1] == "a"

    def test_data_nested_without_end(self) -> None:
        deep: Any = "x"
        for _ in range(5000):
            deep = [deep]
        assert malformed(graph([node("a", "actionNode", action="api_call", body=deep)])) == [("bad_value", "a")]

    def test_every_bad_node_is_named(self) -> None:
        assert malformed(graph([say("a", content=1), say("b"), say("c", buttons=3)], "b>a")) == [  # type: ignore[arg-type]
            ("wrong_type", "a"),
            ("wrong_type", "c"),
        ]


class TestCompiled:
    def test_an_empty_flow_compiles(self) -> None:
        flow, issues = parse_graph({})
        assert flow is not None and issues == []
        assert (flow.starts, flow.listeners) == ((), ())

    def test_incomplete_nodes_compile(self) -> None:
        assert set(compiled([say("a", ""), node("b", "actionNode"), node("c", "delayNode")]).nodes) == {"a", "b", "c"}

    def test_with_a_trigger_node_nothing_else_starts(self) -> None:
        flow = compiled([trigger("t", "x"), say("lonely")])
        assert flow.starts == ()
        assert [(each.trigger.type, each.node_id) for each in flow.listeners] == [("keyword", "t")]

    def test_the_original_format_listens_to_any_message(self) -> None:
        flow = compiled([say("a"), say("b")], "a>b")
        assert [(each.trigger.type, each.node_id) for each in flow.listeners] == [("any_message", None)]

    @pytest.mark.parametrize(
        ("text", "reads"),
        [
            ("{{contact.first_name|x}}", True),
            ("{{ name }}", True),
            ("{{contact.username}}", True),
            ("{{contact.email}} {{message.text}} {{variables.name}}", False),
            ("name", False),
        ],
    )
    def test_knows_whether_it_reads_the_profile(self, text: str, reads: bool) -> None:
        assert compiled([say("a", text)]).reads_profile is reads

    def test_a_rule_reads_the_profile_too(self) -> None:
        rules = [{"field": "contact.name", "op": "exists"}]
        assert compiled([node("c", "conditionNode", rules=rules)]).reads_profile
