"""Where the messaging window may be closed or not open yet; what happens then is in `test_gate.py`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from instantchat.engine.lint import Known, Standing, validate_flow, window_states
from tests.engine.builders import QUICK, compiled, graph, node, say, trigger

CODES = ("window_closed", "window_not_open", "private_reply_one_message")


def by(kind: str, **data: Any) -> dict[str, Any]:
    return node("t", "triggerNode", triggers=[{"type": kind, **data}])


def wait(node_id: str, amount: float, unit: str = "hours") -> dict[str, Any]:
    return node(node_id, "delayNode", amount=amount, unit=unit)


def ask(node_id: str, **data: Any) -> dict[str, Any]:
    return node(node_id, "questionNode", content="What is your name?", saveTo="name_given", **data)


def enter(node_id: str, flow: str) -> dict[str, Any]:
    return node(node_id, "subflowNode", flow=flow)


def found(data: dict[str, Any], **others: Any) -> list[tuple[str, str | None]]:
    issues = validate_flow(data, list(others.items()), known=None)
    assert all(each.severity == "warning" and each.hint for each in issues if each.code in CODES)
    return [(each.code, each.node_id) for each in issues if each.code in CODES]


def standings(nodes: list[dict[str, Any]], *edges: str) -> dict[str, set[str]]:
    states = window_states(compiled(nodes, *edges))
    return {node_id: set(state.standings) for node_id, state in states.items()}


class TestMayBeClosed:
    @pytest.mark.parametrize(
        ("amount", "unit", "is_late"),
        [(23, "hours", False), (1439, "minutes", False), (24, "hours", True), (1, "days", True), (2, "days", True)],
    )
    def test_after_a_delay_of_a_day_or_more(self, amount: float, unit: str, is_late: bool) -> None:
        data = graph([trigger("t"), wait("d", amount, unit), say("m")], "t>d", "d>m")
        assert found(data) == ([("window_closed", "m")] if is_late else [])

    def test_delays_add_up(self) -> None:
        data = graph([trigger("t"), wait("a", 12), say("x"), wait("b", 12), say("y")], "t>a", "a>x", "x>b", "b>y")
        assert found(data) == [("window_closed", "y")]

    def test_says_after_which_step_and_how_long(self) -> None:
        data = graph([trigger("t"), wait("a", 3), wait("b", 45), say("m")], "t>a", "a>b", "b>m")
        (issue,) = [each for each in validate_flow(data) if each.code == "window_closed"]
        assert issue.message == (
            "The messaging window may be closed after “Wait 45 hours”: 2 days can go by since the contact last did "
            "something."
        )
        assert issue.hint == (
            "When it is closed, nothing is sent here. Come here within 24 hours, or let the contact answer something "
            "first."
        )

    def test_a_time_of_day_may_be_a_day_away(self) -> None:
        data = graph([trigger("t"), node("d", "delayNode", until={"time": "09:00"}), say("m")], "t>d", "d>m")
        assert found(data) == [("window_closed", "m")]

    def test_an_answer_opens_it_again(self) -> None:
        nodes = [trigger("t"), wait("a", 20), ask("q"), wait("b", 20), say("m")]
        assert found(graph(nodes, "t>a", "a>q", "q.answered>b", "b>m")) == []

    def test_a_tap_opens_it_again_however_late(self) -> None:
        nodes = [trigger("t"), say("a", quickReplies=QUICK), wait("d", 20), say("m")]
        assert found(graph(nodes, "t>a", "a.yes>d", "d>m")) == []

    def test_a_timeout_does_not(self) -> None:
        nodes = [trigger("t"), ask("q", timeoutMinutes=60), ask("p"), say("a"), say("b")]
        assert found(graph(nodes, "t>q", "q.timeout>a", "q.invalid>p", "p.timeout>b")) == [("window_closed", "b")]

    def test_the_longest_of_several_ways_counts(self) -> None:
        nodes = [trigger("t"), node("c", "conditionNode", keyword="x"), wait("d", 30), say("m")]
        assert standings(nodes, "t>c", "c.true>d", "c.false>m", "d>m") == {"m": {Standing.MAY_BE_CLOSED}}

    def test_a_loop_that_takes_time_has_no_end(self) -> None:
        nodes = [trigger("t"), say("a"), wait("d", 1, "seconds"), say("z")]
        state = window_states(compiled(nodes, "t>a", "a>d", "d>a"))["a"]
        assert (state.worst, state.elapsed, state.after) == (Standing.MAY_BE_CLOSED, timedelta(days=7), "d")

    def test_a_loop_in_which_the_contact_answers_is_fine(self) -> None:
        nodes = [trigger("t"), say("a", quickReplies=QUICK), wait("d", 10)]
        assert found(graph(nodes, "t>a", "a.yes>d", "d>a")) == []

    def test_a_loop_that_takes_no_time_is_fine(self) -> None:
        nodes = [trigger("t"), wait("d", 23), say("a"), node("c", "conditionNode", keyword="x"), say("b")]
        assert found(graph(nodes, "t>d", "d>a", "a>c", "c.true>a", "c.false>b")) == []

    def test_where_no_run_comes_nothing_is_said(self) -> None:
        assert found(graph([trigger("t"), wait("d", 48), say("m")], "d>m")) == []

    def test_a_reaction_needs_the_window_too(self) -> None:
        react = node("r", "actionNode", action="react", emoji="love")
        assert found(graph([trigger("t"), wait("d", 48), react], "t>d", "d>r")) == [("window_closed", "r")]

    def test_steps_that_do_not_speak_need_no_window(self) -> None:
        tag = node("g", "actionNode", action="tag_customer", tag="late")
        assert found(graph([trigger("t"), wait("d", 48), tag], "t>d", "d>g")) == []

    def test_one_that_waits_for_an_answer_ends_the_run(self) -> None:
        data = graph([trigger("t"), wait("d", 48), ask("q")], "t>d", "d>q")
        (issue,) = [each for each in validate_flow(data) if each.code == "window_closed"]
        assert (issue.hint or "").startswith("When it is closed, nothing is sent and the run ends here.")


class TestAfterAComment:
    @pytest.mark.parametrize("kind", ["comment", "live_comment"])
    def test_the_second_step_waits_for_an_answer_and_the_third_does_not(self, kind: str) -> None:
        data = graph([by(kind), say("a"), say("b"), say("c")], "t>a", "a>b", "b>c")
        assert found(data) == [("window_not_open", "b")]
        (issue,) = [each for each in validate_flow(data) if each.code == "window_not_open"]
        assert issue.message == "This goes out only once the person has answered the private reply."

    def test_the_first_is_the_private_reply(self) -> None:
        states = window_states(compiled([by("comment"), say("a"), say("b")], "t>a", "a>b"))
        assert [state.worst for state in states.values()] == [Standing.PRIVATE_REPLY, Standing.NOT_OPEN]

    def test_an_answer_to_the_private_reply_opens_the_window(self) -> None:
        assert found(graph([by("comment"), ask("q"), say("m")], "t>q", "q.answered>m")) == []

    def test_no_answer_does_not(self) -> None:
        data = graph([by("comment"), ask("q", timeoutMinutes=60), say("m")], "t>q", "q.timeout>m")
        assert found(data) == [("window_not_open", "m")]

    def test_a_public_reply_spends_nothing(self) -> None:
        reply = node("r", "actionNode", action="reply_to_comment", content="Look into your messages")
        assert found(graph([by("comment"), reply, say("m")], "t>r", "r>m")) == []

    def test_it_may_wait_a_day_but_not_a_week(self) -> None:
        assert found(graph([by("comment"), wait("d", 2, "days"), say("m")], "t>d", "d>m")) == []
        data = graph([by("comment"), wait("d", 7, "days"), say("m")], "t>d", "d>m")
        assert found(data) == [("window_closed", "m")]

    @pytest.mark.parametrize(
        ("data", "count"),
        [
            ({"content": "x", "attachments": [{"type": "image", "url": "https://x.example/a.png"}]}, 2),
            ({"attachments": [{"type": "image", "url": "https://x.example/a.png"}] * 3}, 1),
            ({"attachments": [{"type": kind, "url": "https://x.example/a.mp4"} for kind in ("video", "audio")]}, 2),
            ({"content": "x" * 1001}, 2),
            ({"content": "x", "cards": [{"title": "Bread", "subtitle": "2 €"}]}, 2),
            ({"content": "x" * 1000}, 1),
            ({"content": "x", "quickReplies": QUICK}, 1),
        ],
    )
    def test_the_private_reply_is_one_message(self, data: dict[str, Any], count: int) -> None:
        flow = graph([by("comment"), node("m", "messageNode", **data)], "t>m")
        assert found(flow) == ([("private_reply_one_message", "m")] if count > 1 else [])

    def test_two_beginnings_two_standings(self) -> None:
        both = node("t", "triggerNode", triggers=[{"type": "any_message"}, {"type": "comment"}])
        assert standings([both, say("a"), say("b")], "t>a", "a>b") == {
            "a": {Standing.OPEN, Standing.PRIVATE_REPLY},
            "b": {Standing.OPEN, Standing.NOT_OPEN},
        }

    def test_there_is_nothing_to_react_to(self) -> None:
        react = node("r", "actionNode", action="react", emoji="love")
        data = graph([by("comment"), react, say("m")], "t>r", "r>m")
        assert found(data) == [("window_not_open", "r")]


class TestNeverOpen:
    @pytest.mark.parametrize(
        ("kind", "data", "label"),
        [
            ("api", {}, "API"),
            ("schedule", {"cron": "0 9 * * 1"}, "Schedule"),
            ("contact_changed", {"tag": "vip"}, "Contact changed"),
            ("referral", {}, "Link or ad"),
            ("reaction", {}, "Reaction"),
        ],
    )
    def test_nobody_has_written(self, kind: str, data: dict[str, Any], label: str) -> None:
        flow = graph([by(kind, **data), say("m")], "t>m")
        (issue,) = [each for each in validate_flow(flow) if each.code in CODES]
        assert (issue.code, issue.node_id) == ("window_closed", "m")
        assert issue.message.startswith(f"“{label}” opens no messaging window")

    def test_until_somebody_answers(self) -> None:
        assert found(graph([by("api"), ask("q"), say("m")], "t>q", "q.answered>m")) == [("window_closed", "q")]

    @pytest.mark.parametrize("kind", ["any_message", "first_message", "story_reply", "story_mention", "shared_post"])
    def test_what_people_send_opens_it(self, kind: str) -> None:
        assert found(graph([by(kind), say("m")], "t>m")) == []


class TestSubFlows:
    PARENT = graph([trigger("t"), enter("s", "Child"), say("m")], "t>s", "s>m")

    def test_an_unknown_one_may_take_a_year(self) -> None:
        assert found(self.PARENT) == [("window_closed", "m")]

    def test_one_that_does_not_wait_takes_no_time(self) -> None:
        assert found(self.PARENT, Child=compiled([trigger("x"), say("y")], "x>y")) == []

    def test_its_delays_count(self) -> None:
        child = compiled([trigger("x"), wait("d", 25)], "x>d")
        assert found(self.PARENT, child=child) == [("window_closed", "m")]
        assert found(self.PARENT, child=compiled([trigger("x"), wait("d", 20)], "x>d")) == []

    def test_time_before_and_in_it_adds_up(self) -> None:
        nodes = [trigger("t"), wait("a", 12), enter("s", "Child"), say("m")]
        data = graph(nodes, "t>a", "a>s", "s>m")
        assert found(data, Child=compiled([trigger("x"), wait("d", 11)], "x>d")) == []
        assert found(data, Child=compiled([trigger("x"), wait("d", 12)], "x>d")) == [("window_closed", "m")]

    def test_an_answer_in_it_opens_the_window(self) -> None:
        nodes = [trigger("t"), wait("a", 20), enter("s", "Child"), wait("b", 20), say("m")]
        data = graph(nodes, "t>a", "a>s", "s>b", "b>m")
        child = compiled([trigger("x"), ask("q", timeoutMinutes=1), wait("never", 0)], "x>q", "q.timeout>q")
        assert found(data, Child=child) == []

    def test_coming_back_from_one_that_nobody_answered_is_late(self) -> None:
        child = compiled([trigger("x"), say("a", quickReplies=QUICK)], "x>a")
        assert found(self.PARENT, Child=child) == [("window_closed", "m")]

    def test_the_private_reply_may_be_spent_in_it(self) -> None:
        data = graph([by("comment"), enter("s", "Child"), say("m")], "t>s", "s>m")
        assert found(data, Child=compiled([trigger("x"), say("y")], "x>y")) == [("window_not_open", "m")]
        assert found(data, Child=compiled([trigger("x"), wait("d", 1)], "x>d")) == []

    def test_in_sub_flows_of_sub_flows(self) -> None:
        child = compiled([trigger("x"), enter("s", "Inner")], "x>s")
        inner = compiled([trigger("x"), wait("d", 25)], "x>d")
        assert found(self.PARENT, Child=child, Inner=inner) == [("window_closed", "m")]
        assert found(self.PARENT, Child=child, Inner=compiled([trigger("x"), say("y")], "x>y")) == []

    def test_one_that_goes_through_itself_ends_the_search(self) -> None:
        child = compiled([trigger("x"), enter("s", "Child")], "x>s")
        assert found(self.PARENT, Child=child) == [("window_closed", "m")]

    def test_by_id(self) -> None:
        data = graph([trigger("t"), enter("s", "flw_1"), say("m")], "t>s", "s>m")
        others = [("Child", compiled([trigger("x"), say("y")], "x>y"))]
        issues = validate_flow(data, others, known=Known(flows={"flw_1": "Child"}))
        assert [each.code for each in issues if each.code in CODES] == []
