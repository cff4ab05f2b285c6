from __future__ import annotations

from typing import Any

import pytest

from instantchat.engine.inputs import Start
from instantchat.engine.lint import Known, members_of, validate_flow
from instantchat.engine.stepper import advance
from tests.engine.builders import QUICK, compiled, context, graph, message, new_run, node, say, trigger
from tests.engine.test_subflow import library

KNOWN = Known(
    flows={"flw_me": "Menu", "flw_1": "Prices", "flw_2": "Old prices"},
    flow_id="flw_me",
    members=members_of([("usr_1", "Ada@Example.com")]),
)
PRICES = ("Prices", compiled([trigger("x", "price"), say("y")], "x>y"))
CODES = ("broken_reference", "flow_not_active", "subflow_loop", "subflow_depth", "loop_without_wait")


def act(action: str, **data: Any) -> dict[str, Any]:
    return node("a", "actionNode", action=action, **data)


def enter(node_id: str, flow: str) -> dict[str, Any]:
    return node(node_id, "subflowNode", flow=flow)


def found(data: dict[str, Any], *others: Any, known: Known | None = KNOWN) -> list[tuple[str, str, str | None, Any]]:
    issues = validate_flow(data, others or (PRICES,), known=known)
    assert all(each.hint for each in issues)
    return [(each.code, each.severity, each.node_id, each.field) for each in issues if each.code in CODES]


class TestReferences:
    @pytest.mark.parametrize("reference", ["Prices", " PRICES ", "flw_1"])
    @pytest.mark.parametrize("made", [lambda flow: act("start_flow", flow=flow), lambda flow: enter("a", flow)])
    def test_an_active_flow(self, made: Any, reference: str) -> None:
        assert found(graph([trigger("t"), made(reference)], "t>a")) == []

    @pytest.mark.parametrize("made", [lambda flow: act("start_flow", flow=flow), lambda flow: enter("a", flow)])
    def test_a_flow_there_is_not(self, made: Any) -> None:
        data = graph([trigger("t"), made("Priecs")], "t>a")
        assert found(data) == [("broken_reference", "error", "a", "flow")]
        assert found(data, known=None) == []

    def test_a_flow_that_is_not_active(self) -> None:
        data = graph([trigger("t"), act("start_flow", flow="old PRICES")], "t>a")
        assert found(data) == [("flow_not_active", "warning", "a", "flow")]

    def test_a_flow_may_start_itself_again(self) -> None:
        assert found(graph([trigger("t"), act("start_flow", flow="Menu")], "t>a")) == []

    @pytest.mark.parametrize(("member", "is_there"), [("usr_1", True), ("ada@EXAMPLE.com", True), ("usr_2", False)])
    @pytest.mark.parametrize("action", ["assign", "notify"])
    def test_members_by_id_or_address(self, action: str, member: str, is_there: bool) -> None:
        data = graph([trigger("t"), act(action, memberId=member, text="Hello")], "t>a")
        assert found(data) == ([] if is_there else [("broken_reference", "error", "a", "memberId")])
        assert found(data, known=Known()) == []

    def test_nobody_chosen_is_another_matter(self) -> None:
        assert found(graph([trigger("t"), act("notify", text="Hello")], "t>a")) == []


class TestFlowsThroughThemselves:
    def test_directly(self) -> None:
        data = graph([trigger("t"), say("m"), enter("s", "menu")], "t>m", "m>s")
        assert found(data) == [("subflow_loop", "error", "s", "flow")]

    def test_really_fails_when_it_runs(self) -> None:
        flow = compiled([trigger("t"), say("m"), enter("s", "menu")], "t>m", "m>s")
        flows = library(menu=flow)
        run = advance(flow, new_run(), Start(message("hi"), "t"), context(library=flows)).run
        assert run.error is not None
        assert run.error.code == "subflow_depth"

    def test_through_another(self) -> None:
        data = graph([trigger("t"), enter("s", "Prices")], "t>s")
        prices = ("Prices", compiled([trigger("x"), enter("y", "flw_me")], "x>y"))
        assert found(data, prices) == [("subflow_loop", "error", "s", "flow")]

    def test_with_a_wait_it_fails_after_ten_rounds(self) -> None:
        data = graph([trigger("t"), say("m", quickReplies=QUICK), enter("s", "Menu")], "t>m", "m.yes>s")
        assert found(data) == [("subflow_depth", "warning", "s", "flow")]

    def test_with_a_wait_in_the_other(self) -> None:
        data = graph([trigger("t"), enter("s", "Prices")], "t>s")
        nodes = [trigger("x"), node("d", "delayNode", amount=1), enter("y", "Menu")]
        assert found(data, ("Prices", compiled(nodes, "x>d", "d>y"))) == [("subflow_depth", "warning", "s", "flow")]

    def test_others_among_themselves_are_not_its_fault(self) -> None:
        prices = ("Prices", compiled([trigger("x"), enter("y", "Prices")], "x>y"))
        assert found(graph([trigger("t"), enter("s", "Prices")], "t>s"), prices) == []

    def test_without_a_name_nothing_can_be_told(self) -> None:
        assert found(graph([trigger("t"), enter("s", "Menu")], "t>s"), known=None) == []


class TestLoopsThroughSubFlows:
    DATA = graph([trigger("t"), say("m"), enter("s", "Prices")], "t>m", "m>s", "s>m")

    def test_one_that_always_waits_makes_a_loop_fine(self) -> None:
        asking = compiled([trigger("x"), say("y", quickReplies=QUICK)], "x>y")
        assert found(self.DATA, ("Prices", asking)) == []

    def test_one_that_may_not_wait_does_not(self) -> None:
        assert found(self.DATA) == [("loop_without_wait", "error", "m", None)]
        nodes = [trigger("x"), node("c", "conditionNode", keyword="x"), say("y", quickReplies=QUICK)]
        sometimes = ("Prices", compiled(nodes, "x>c", "c.true>y"))
        assert found(self.DATA, sometimes) == [("loop_without_wait", "error", "m", None)]

    def test_one_that_is_not_active_is_passed_over(self) -> None:
        issues = found(self.DATA, ("Other", PRICES[1]))
        assert issues == [("loop_without_wait", "error", "m", None), ("flow_not_active", "warning", "s", "flow")]

    def test_one_that_is_not_known_has_the_benefit_of_doubt(self) -> None:
        assert found(self.DATA, ("Other", PRICES[1]), known=None) == []
