from __future__ import annotations

import pytest

from instantchat.engine.flow import validate_flow
from instantchat.engine.trigger import Trigger
from instantchat.triggers.keyword import Keyword
from tests.engine.builders import QUICK, compiled, graph, node, say, trigger


def codes(data, others=(), severity: str | None = None) -> list[tuple[str, str | None]]:
    issues = validate_flow(data, others)
    return [(each.code, each.node_id) for each in issues if severity in (None, each.severity)]


class TestErrors:
    def test_a_complete_flow_has_none(self) -> None:
        assert codes(graph([trigger("t", "x"), say("m")], "t>m"), severity="error") == []

    def test_missing_fields_name_node_and_field(self) -> None:
        (issue,) = [each for each in validate_flow(graph([say("m", "")])) if each.severity == "error"]
        assert (issue.code, issue.node_id, issue.field, issue.malformed) == ("required", "m", "content", False)

    def test_a_trigger_that_is_not_finished(self) -> None:
        data = graph([node("t", "triggerNode", triggers=[{"type": "keyword"}])])
        assert codes(data, severity="error") == [("required", "t")]

    def test_a_loop_without_a_wait(self) -> None:
        data = graph([trigger("t"), say("a"), say("b")], "t>a", "a>b", "b>a")
        assert codes(data, severity="error") == [("loop_without_wait", "a")]

    def test_a_loop_through_an_api_call(self) -> None:
        call = node("c", "actionNode", action="api_call", endpoint="https://x.example")
        assert codes(graph([trigger("t"), call], "t>c", "c.error>c"), severity="error") == [("loop_without_wait", "c")]

    def test_a_loop_with_a_wait_is_fine(self) -> None:
        data = graph([trigger("t"), say("a", quickReplies=QUICK), say("b")], "t>a", "a.yes>b", "b>a")
        assert codes(data, severity="error") == []
        data = graph([trigger("t"), say("a"), node("d", "delayNode", amount=1)], "t>a", "a>d", "d>a")
        assert codes(data, severity="error") == []

    def test_two_ways_to_one_node_are_no_loop(self) -> None:
        data = graph([node("c", "conditionNode", keyword="x"), say("m")], "c.true>m", "c.false>m")
        assert codes(data, severity="error") == []

    def test_a_loop_of_five_hundred_nodes(self) -> None:
        nodes = [say(f"n{index}") for index in range(500)]
        edges = [f"n{index}>n{(index + 1) % 500}" for index in range(500)]
        assert codes(graph(nodes, *edges), severity="error") == [("no_start", None), ("loop_without_wait", "n0")]

    def test_nothing_to_start(self) -> None:
        assert codes(graph([])) == [("no_start", None)]


class TestWarnings:
    def test_without_a_trigger_any_message_starts_it(self) -> None:
        assert codes(graph([say("a"), say("b")], "a>b"), severity="warning") == [("starts_on_any", "a")]

    def test_unreachable_nodes(self) -> None:
        data = graph([trigger("t"), say("a"), say("b"), node("n", "noteNode")], "t>a")
        assert codes(data, severity="warning") == [("unreachable", "b")]

    def test_variables_never_set(self) -> None:
        setter = node("v", "actionNode", action="set_variable", variable="size", value="1")
        call = node("c", "actionNode", action="api_call", endpoint="https://x.example", saveAs="stock")
        text = "{{size}} {{variables.stock}} {{stock.left}} {{color}} {{variables.shape}} {{name}} {{message.text}}"
        data = graph([trigger("t"), setter, call, say("m", text)], "t>v", "v>c", "c>m")
        issues = [each for each in validate_flow(data) if each.code == "variable_never_set"]
        assert [each.message for each in issues] == [
            "Nothing in this flow sets 'color'.",
            "Nothing in this flow sets 'shape'.",
        ]
        assert issues[0].field == "content"

    def test_keyword_clash_with_another_active_flow(self) -> None:
        mine = graph([trigger("t", "Price", "cost"), say("m")], "t>m")
        same = compiled([trigger("x", "price")])
        assert codes(mine, [("Prices", same)], "warning") == [("keyword_clash", "t")]
        issue = validate_flow(mine, [("Prices", same)])[0]
        assert issue.message == "The flow “Prices” listens to the keyword “price” too."
        assert codes(mine, [("Exact", compiled([trigger("x", "price", match="exact")]))], "warning") == []
        assert codes(mine, [("Any", compiled([say("x")]))], "warning") == []
        both_any = codes(graph([say("m")]), [("Any", compiled([say("x")]))], "warning")
        assert both_any == [("starts_on_any", "m"), ("keyword_clash", None)]

    def test_an_edge_into_a_note(self) -> None:
        data = graph([trigger("t"), node("n", "noteNode")], "t>n")
        assert codes(data, severity="warning") == [("note_connected", "n")]


def test_unconnected_exits_are_information() -> None:
    data = graph([trigger("t"), say("m", quickReplies=QUICK)], "t>m", "m.no>t")
    messages = [each.message for each in validate_flow(data) if each.severity == "info"]
    assert messages == [
        "Nothing is connected to “Next”: the run ends there.",
        "Nothing is connected to “Yes”: the run ends there.",
    ]


def test_a_stop_need_not_lead_anywhere() -> None:
    data = graph([trigger("t"), node("s", "actionNode", action="stop")], "t>s")
    assert validate_flow(data) == []


def test_an_ai_node_with_choices_needs_only_these_connected() -> None:
    choices = [{"id": "a", "title": "A"}]
    data = graph([trigger("t"), node("ai", "aiNode", instructions="Which?", choices=choices)], "t>ai")
    assert [each.message for each in validate_flow(data)] == [
        "Nothing is connected to “A”: the run ends there.",
        "Nothing is connected to “Failed”: the run ends there.",
    ]


def test_malformed_flows_get_only_malformed_issues() -> None:
    assert codes(graph([say("a", ""), node("b", "moonNode")])) == [("unknown_type", "b")]


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "why"),
        [
            ("(?=a)b", "look-around, named groups and flags are not supported; use (?:...) or plain groups"),
            (r"(a)\1", "back-references are not supported"),
            ("a{1,9999}", "a { needs counts of at most 999, such as {2} or {1,3}; write \\{ for the sign itself"),
            ("(a{99}){99}", "the pattern is too big: shorten it or use smaller repeat counts"),
        ],
    )
    def test_say_why_they_are_refused(self, pattern: str, why: str) -> None:
        (issue,) = [
            each for each in validate_flow(graph([trigger("t", pattern, match="regex")])) if each.severity == "error"
        ]
        assert (issue.code, issue.severity, issue.field) == ("bad_regex", "error", "triggers.0.keywords.0")
        assert issue.message == f"The pattern cannot be used: {why}."


class TestTriggersOfOneFlow:
    def test_the_later_of_two_trigger_nodes_is_told(self) -> None:
        data = graph(
            [trigger("t", "price", "cost"), trigger("u", "Cost"), trigger("v", "other"), say("m")], "t>m", "u>m"
        )
        issues = [each for each in validate_flow(data) if each.code == "trigger_clash"]
        assert [(each.node_id, each.message) for each in issues] == [
            ("u", "Another trigger of this flow listens to the keyword “cost” too.")
        ]

    def test_within_one_node_nobody_loses(self) -> None:
        both = node("t", "triggerNode", triggers=[{"type": "any_message"}, {"type": "any_message"}])
        assert "trigger_clash" not in {each.code for each in validate_flow(graph([both]))}

    def test_thousands_of_triggers_hold_nobody_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[Trigger] = []
        monkeypatch.setattr(Keyword, "clash", lambda self, other: calls.append(other))
        words = [f"word {index}" for index in range(100)]
        data = graph([trigger(f"t{index}", *words) for index in range(500)])
        validate_flow(data, [("Other", compiled([trigger("x", *words)]))])
        assert 0 < len(calls) < 60 * 60
