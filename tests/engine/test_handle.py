"""One call for an event: what it leads to, and what that sets off."""

from __future__ import annotations

from itertools import count
from typing import Any, ClassVar

from instantchat.engine.context import ContactView, InboundMessage
from instantchat.engine.decision import ActiveFlow, Reentry
from instantchat.engine.handle import Outcome, handle_message
from instantchat.engine.library import library_of
from instantchat.engine.window import NEVER
from tests.engine.builders import QUICK, active, compiled, context, message, node, say, sent_texts, trigger


def handle(given: InboundMessage, flows: list[ActiveFlow], waiting: Any = (), **fields: Any) -> Outcome:
    numbers = count(1)
    library = library_of(flows, {flow.version_id: flow.compiled for flow in flows})
    here = context(given, library=library, **fields)
    return handle_message(given, waiting, flows, here, new_run_id=lambda: f"run_{next(numbers)}")


def act(node_id: str, action: str, **data: Any) -> dict[str, Any]:
    return node(node_id, "actionNode", action=action, **data)


def texts(outcome: Outcome) -> list[str]:
    return [text for progress in outcome.progresses for text in sent_texts(progress.effects)]


PRICES = active(
    compiled([trigger("t", "price"), act("s", "start_flow", flow="Offers"), say("a", "10 €")], "t>s", "s>a"), "prices"
)
OFFERS = active(compiled([trigger("t", "nothing at all"), say("a", "Offer", quickReplies=QUICK)], "t>a"), "offers")


class TestStartFlow:
    def test_starts_it_beside_the_run_that_goes_on(self) -> None:
        outcome = handle(message("price"), [PRICES, OFFERS])
        assert [(each.run.id, each.run.flow_id, each.run.state) for each in outcome.progresses] == [
            ("run_1", "id_prices", "completed"),
            ("run_2", "id_offers", "waiting"),
        ]
        assert texts(outcome) == ["10 €", "Offer"]
        assert outcome.decision.started_run_id == "run_1"
        [started] = outcome.follow_ups
        assert (started.reason, started.started_run_id) == ("named", "run_2")

    def test_cancels_its_waiting_run_as_any_start_does(self) -> None:
        before = handle(message("price"), [PRICES, OFFERS]).progresses[1].run
        outcome = handle(message("price"), [PRICES, OFFERS], [(OFFERS.compiled, before)])
        assert [each.run.state for each in outcome.progresses] == ["completed", "cancelled", "waiting"]

    def test_keeps_to_its_reentry(self) -> None:
        once = active(OFFERS.compiled, "offers", reentry=Reentry("ignore_running"))
        before = handle(message("price"), [PRICES, once]).progresses[1].run
        outcome = handle(message("price"), [PRICES, once], [(once.compiled, before)])
        assert [each.run.flow_id for each in outcome.progresses] == ["id_prices"]
        assert outcome.follow_ups[0].verdicts[0].reason == "reentry_running"

    def test_an_unknown_flow_is_said(self) -> None:
        outcome = handle(message("price"), [PRICES])
        assert [verdict.reason for verdict in outcome.follow_ups[0].verdicts] == ["not_active"]

    def test_a_flow_that_starts_itself_comes_to_an_end(self) -> None:
        own = active(compiled([trigger("t", "go"), act("s", "start_flow", flow="own")], "t>s"), "own")
        outcome = handle(message("go"), [own])
        assert len(outcome.progresses) == 20
        assert outcome.follow_ups[-1].verdicts[0].reason == "follow_up_limit"


class TestPrivateReply:
    """A comment has one, whatever its run starts."""

    COMMENT = message("link", kind="comment", refs={"commentId": "c1"})
    SAYS: ClassVar[list[ActiveFlow]] = [
        active(compiled([trigger("t", "nothing at all"), say("a", name)], "t>a"), name) for name in ("one", "two")
    ]

    def started(self, *steps: dict[str, Any]) -> Outcome:
        edges = ["t>s0", *(f"s{index}>s{index + 1}" for index in range(len(steps) - 1))]
        start = node("t", "triggerNode", triggers=[{"type": "comment"}])
        funnel = active(compiled([start, *steps], *edges), "funnel")
        return handle(self.COMMENT, [funnel, *self.SAYS], window=NEVER)

    def test_the_first_flow_that_a_comment_starts_has_it(self) -> None:
        outcome = self.started(act("s0", "start_flow", flow="one"), act("s1", "start_flow", flow="two"))
        assert texts(outcome) == ["one"]

    def test_a_run_that_waits_keeps_it(self) -> None:
        outcome = self.started(act("s0", "start_flow", flow="one"), node("s1", "delayNode", amount=1, unit="hours"))
        assert texts(outcome) == []

    def test_one_that_has_used_it_gives_none(self) -> None:
        assert texts(self.started(say("s0", "Mine"), act("s1", "start_flow", flow="one"))) == ["Mine"]


class TestContactChanged:
    def changed(self, tag: str) -> ActiveFlow:
        one = node("t", "triggerNode", triggers=[{"type": "contact_changed", "tag": tag}])
        return active(compiled([one, say("a", f"Now {tag}")], "t>a"), "changed")

    TAGGING: ClassVar[ActiveFlow] = active(
        compiled([trigger("t", "hi"), act("g", "tag_customer", tag="vip")], "t>g"), "tagging"
    )

    def test_a_new_tag_starts_the_flow_that_listens(self) -> None:
        outcome = handle(message("hi"), [self.TAGGING, self.changed("vip")])
        assert texts(outcome) == ["Now vip"]
        assert outcome.follow_ups[0].started_run_id == "run_2"

    def test_a_tag_that_was_there_starts_nothing(self) -> None:
        outcome = handle(
            message("hi"), [self.TAGGING, self.changed("vip")], contact=ContactView("c", "1", tags=("vip",))
        )
        assert texts(outcome) == [] and outcome.follow_ups == ()

    def test_another_tag_is_judged_and_recorded(self) -> None:
        outcome = handle(message("hi"), [self.TAGGING, self.changed("lead")])
        assert [verdict.matched for verdict in outcome.follow_ups[0].verdicts] == [False]

    def test_keeps_to_its_reentry(self) -> None:
        one = node("t", "triggerNode", triggers=[{"type": "contact_changed", "tag": "vip"}])
        asking = compiled([one, say("a", "Sure?", quickReplies=QUICK)], "t>a")
        flow = active(asking, "changed", reentry=Reentry("ignore_running"))
        before = handle(message("hi"), [self.TAGGING, flow]).progresses[1].run
        assert before.state == "waiting"
        outcome = handle(message("hi"), [self.TAGGING, flow], [(asking, before)])
        assert texts(outcome) == []
        assert outcome.follow_ups[0].verdicts[0].reason == "reentry_running"

    def test_cancels_its_waiting_run_as_any_start_does(self) -> None:
        one = node("t", "triggerNode", triggers=[{"type": "contact_changed", "tag": "vip"}])
        asking = compiled([one, say("a", "Sure?", quickReplies=QUICK)], "t>a")
        flow = active(asking, "changed")
        before = handle(message("hi"), [self.TAGGING, flow]).progresses[1].run
        outcome = handle(message("hi"), [self.TAGGING, flow], [(asking, before)])
        assert [each.run.state for each in outcome.progresses] == ["completed", "cancelled", "waiting"]


class TestStopWords:
    def test_end_what_waits_and_start_nothing(self) -> None:
        any_flow = active(compiled([trigger("t"), say("a", "Hello")], "t>a"), "any")
        waiting = handle(message("price"), [PRICES, OFFERS]).progresses[1].run
        outcome = handle(
            message(" STOP "), [any_flow, OFFERS], [(OFFERS.compiled, waiting)], stop_words=frozenset({"stop"})
        )
        assert outcome.decision.reason == "stop"
        assert [each.run.state for each in outcome.progresses] == ["cancelled"]


class TestNamedEvents:
    def test_an_api_event_starts_the_flow_it_names(self) -> None:
        outcome = handle(message(kind="api", refs={"flowId": "id_offers"}), [PRICES, OFFERS])
        assert texts(outcome) == ["Offer"] and outcome.decision.reason == "named"

    def test_a_flow_that_is_not_active_is_not_started(self) -> None:
        outcome = handle(message(kind="api", refs={"flowId": "id_gone"}), [PRICES, OFFERS])
        assert (outcome.decision.reason, outcome.progresses) == ("none", ())
