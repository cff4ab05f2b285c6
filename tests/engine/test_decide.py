from __future__ import annotations

from datetime import timedelta

import pytest

from instantchat.engine.decision import Reentry
from instantchat.engine.handle import handle_message
from instantchat.engine.inputs import Start
from instantchat.engine.payload import encode_tap
from instantchat.engine.run import Run
from instantchat.engine.stepper import advance
from tests.engine.builders import (
    NOW,
    QUICK,
    active,
    compiled,
    context,
    message,
    new_run,
    node,
    say,
    sent_texts,
    trigger,
)


def listens(*keywords: str, match: str = "contains"):
    return compiled([trigger("t", *keywords, match=match), say("m")], "t>m")


def handled(given, flows=(), waiting=(), **fields):
    return handle_message(given, waiting, flows, context(given, **fields), new_run_id=lambda: "run_new")


def started(given, *flows, **fields) -> str | None:
    decision = handled(given, flows, **fields).decision
    return decision.start.name if decision.start else None


def waiting_at(flow, run_id: str = "run_1", flow_id: str = "id_flow", now=NOW) -> tuple:
    return flow, advance(flow, new_run(run_id, flow_id), Start(message("hi")), context(now=now)).run


class TestWhichFlowRuns:
    @pytest.mark.parametrize(
        ("strong", "weak"),
        [
            (listens("price", match="exact"), listens("price", match="word")),
            (listens("price", match="word"), listens("price", match="starts")),
            (listens("price", match="starts"), listens("price")),
            (listens("price"), listens("pri?ce", match="regex")),
            (listens("pri?ce", match="regex"), listens()),
            (listens("price"), compiled([say("original")])),
        ],
    )
    def test_the_more_specific_trigger_wins_over_priority_and_age(self, strong, weak) -> None:
        assert started(message("price"), active(weak, "weak", priority=9, age=9), active(strong, "strong")) == "strong"

    def test_then_the_higher_priority(self) -> None:
        flow = listens("price")
        assert started(message("price"), active(flow, "old", age=5), active(flow, "high", priority=1)) == "high"

    def test_then_the_older_flow(self) -> None:
        flow = listens("price")
        assert started(message("price"), active(flow, "new", age=1), active(flow, "old", age=5)) == "old"

    def test_the_run_starts_at_the_trigger_node_that_matched_best(self) -> None:
        flow = compiled([trigger("any"), trigger("kw", "price"), say("a", "any"), say("b", "kw")], "any>a", "kw>b")
        outcome = handled(message("price"), [active(flow)])
        assert sent_texts(outcome.progresses[0].effects) == ["kw"]
        run = outcome.progresses[0].run
        assert (run.id, run.flow_id, run.version_id, run.conversation_id) == ("run_new", "id_flow", "ver_flow", "cnv_1")

    def test_every_flow_gets_a_verdict(self) -> None:
        flows = [
            active(listens("cost"), "cost"),
            active(listens(), "any"),
            active(listens("price"), "price"),
            active(compiled([node("t", "triggerNode")]), "empty"),
        ]
        record = handled(message("price"), flows).decision.record()
        assert (record["reason"], record["startedFlowId"]) == ("trigger", "id_price")
        shown = [(each["name"], each["matched"], each["chosen"], each["reason"]) for each in record["verdicts"]]
        assert shown == [
            ("cost", False, False, "no_keyword"),
            ("any", True, False, "outranked"),
            ("price", True, True, "matched"),
            ("empty", False, False, "no_trigger"),
        ]
        assert record["verdicts"][0]["values"] == {"text": "price", "keywords": ["cost"]}
        assert record["verdicts"][2]["trigger"] == "keyword"

    def test_nothing_matches(self) -> None:
        outcome = handled(message("x"), [active(listens("price"))])
        assert (outcome.decision.reason, outcome.progresses) == ("none", ())

    def test_a_comment_starts_no_direct_message_flow(self) -> None:
        assert started(message("price", kind="comment"), active(listens("price")), active(listens(), "any")) is None


class TestWhileARunWaits:
    asks = compiled([say("q", "Sure?", quickReplies=QUICK), say("y", "Good")], "q.yes>y")
    goes_on = compiled([say("q", "Sure?", quickReplies=QUICK), say("n", "Hm")], "q.next>n")

    def test_a_tap_takes_its_exit(self) -> None:
        tap = message("Yes", payload=encode_tap("run_1", "q", "yes"))
        outcome = handled(tap, [active(listens("yes"), "other")], [waiting_at(self.asks)])
        assert outcome.decision.reason == "tap"
        assert sent_texts(outcome.progresses[0].effects) == ["Good"]

    def test_a_button_tap_is_a_tap_too(self) -> None:
        flow = compiled([say("q", "Sure?", buttons=[{"id": "go", "title": "Go"}]), say("y", "Good")], "q.go>y")
        tap = message(None, kind="postback", payload=encode_tap("run_1", "q", "go"))
        assert sent_texts(handled(tap, [], [waiting_at(flow)]).progresses[0].effects) == ["Good"]

    def test_a_tap_for_a_run_that_is_over_goes_to_the_triggers_and_says_so(self) -> None:
        tap = message("Yes", payload=encode_tap("run_0", "q", "yes"))
        decision = handled(tap, [active(listens("yes"), "other")]).decision
        assert (decision.reason, decision.record()["endedRunId"]) == ("trigger", "run_0")
        assert handled(message("Yes"), [active(listens("yes"), "other")]).decision.record()["endedRunId"] is None

    def test_a_typed_title_counts_as_a_tap(self) -> None:
        outcome = handled(message("yes "), [active(listens("yes"), "other")], [waiting_at(self.asks)])
        assert (outcome.decision.reason, sent_texts(outcome.progresses[0].effects)) == ("reply", ["Good"])

    def test_other_text_takes_next_when_connected(self) -> None:
        outcome = handled(message("price"), [active(listens("price"), "other")], [waiting_at(self.goes_on)])
        assert (outcome.decision.reason, sent_texts(outcome.progresses[0].effects)) == ("reply", ["Hm"])

    def test_else_it_goes_to_the_triggers_while_the_node_keeps_waiting(self) -> None:
        outcome = handled(message("price"), [active(listens("price"), "other")], [waiting_at(self.asks)])
        assert (outcome.decision.reason, outcome.decision.cancel) == ("trigger", ())
        assert [each.run.id for each in outcome.progresses] == ["run_new"]

    def test_the_run_that_waited_last_hears_first(self) -> None:
        older = waiting_at(self.goes_on, "run_old", "id_a")
        newer = waiting_at(self.goes_on, "run_late", "id_b", NOW + timedelta(minutes=1))
        resumed = handled(message("hm"), [], [older, newer]).decision.resume
        assert resumed is not None and resumed.run.id == "run_late"

    def test_a_run_waiting_for_time_hears_nothing(self) -> None:
        flow = compiled([node("d", "delayNode", amount=1), say("m")], "d>m")
        assert handled(message("x"), [], [waiting_at(flow)]).decision.reason == "none"


class TestReentry:
    asks = compiled([trigger("t", "hi"), say("q", "Sure?", quickReplies=QUICK)], "t>q")

    def waiting(self) -> tuple:
        return self.asks, advance(self.asks, new_run(), Start(message("hi"), "t"), context()).run

    def test_always_cancels_the_waiting_run_of_that_flow(self) -> None:
        other = waiting_at(TestWhileARunWaits.asks, "run_2", "id_other")
        outcome = handled(message("hi"), [active(self.asks)], [self.waiting(), other])
        assert outcome.decision.cancel == ("run_1",)
        states = [(each.run.id, each.run.state, each.run.wake_at) for each in outcome.progresses]
        assert states[0] == ("run_1", "cancelled", None)
        assert states[1][:2] == ("run_new", "waiting")

    def test_ignore_running(self) -> None:
        flow = active(self.asks, reentry=Reentry("ignore_running"))
        verdict = handled(message("hi"), [flow], [self.waiting()]).decision.verdicts[0]
        assert (verdict.matched, verdict.chosen, verdict.reason) == (True, False, "reentry_running")
        assert started(message("hi"), flow) == "flow"

    def test_once(self) -> None:
        flow = active(listens(), reentry=Reentry("once"))
        assert started(message("hi"), flow) == "flow"
        assert started(message("hi"), flow, last_starts={"id_flow": NOW - timedelta(days=400)}) is None

    @pytest.mark.parametrize(("hours_ago", "expected"), [(23, None), (24, "flow")])
    def test_every(self, hours_ago: int, expected: str | None) -> None:
        flow = active(listens(), reentry=Reentry("every", 24))
        last = {"id_flow": NOW - timedelta(hours=hours_ago)}
        assert started(message("hi"), flow, last_starts=last) == expected

    def test_a_barred_flow_leaves_the_event_to_the_next(self) -> None:
        barred = active(listens("hi"), "barred", reentry=Reentry("once"))
        last = {"id_barred": NOW}
        assert started(message("hi"), barred, active(listens(), "any"), last_starts=last) == "any"


def test_effects_of_the_event_are_on_the_outcomes_contact() -> None:
    flow = compiled([trigger("t"), node("a", "actionNode", action="tag_customer", tag="lead")], "t>a")
    outcome = handled(message("hi"), [active(flow)])
    assert outcome.contact.tags == ("lead",)
    assert isinstance(outcome.progresses[0].run, Run)


class TestDefaultReply:
    FALLBACK = compiled(
        [node("t", "triggerNode", triggers=[{"type": "default_reply", "every": "day"}]), say("m")], "t>m"
    )

    def test_answers_what_no_other_flow_takes(self) -> None:
        flows = [active(self.FALLBACK, "fallback"), active(listens("price"), "prices")]
        assert started(message("hello"), *flows) == "fallback"
        assert started(message("price"), *flows) == "prices"

    def test_once_a_day_for_each_contact(self) -> None:
        flow = active(self.FALLBACK, "fallback")
        assert flow.keeps_starts()
        yesterday = {"id_fallback": NOW - timedelta(hours=24)}
        today = {"id_fallback": NOW - timedelta(hours=23)}
        assert started(message("hello"), flow, last_starts=yesterday) == "fallback"
        decision = handled(message("hello"), [flow], last_starts=today).decision
        assert (decision.start, decision.verdicts[0].reason) == (None, "too_soon")
