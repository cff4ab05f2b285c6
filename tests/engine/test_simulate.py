"""A world to try flows in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from instantchat.engine.context import AccountView, ContactView, InboundMessage
from instantchat.engine.decision import ActiveFlow
from instantchat.engine.simulate import TIMERS, Answer, Scene, World, scene_of
from tests.engine.builders import NOW, QUICK, active, compiled, node, say, trigger

ACCOUNT = AccountView("acc_1")


def flow(name: str, nodes: list[Any], *edges: str) -> ActiveFlow:
    return active(compiled(nodes, *edges), name)


def world(*flows: ActiveFlow, **scene: Any) -> World:
    return World(scene_of(flows, ACCOUNT, **scene), ContactView("con_1", "1789"), NOW)


def says(at_world: World, text: str, number: int = 1, **fields: Any) -> None:
    at_world.hear(
        InboundMessage(**{"event_id": f"evt_{number}", "kind": "message", "at": at_world.now, "text": text, **fields})
    )


def texts(at_world: World) -> list[tuple[str | None, bool]]:
    return [(each.message.text, each.is_delivered) for each in at_world.said]


def later(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)


class TestTime:
    def test_timers_fire_in_order_each_at_its_moment(self) -> None:
        slow = flow(
            "a", [trigger("t"), node("d", "delayNode", amount=60, unit="seconds"), say("m", "slow")], "t>d", "d>m"
        )
        fast = flow(
            "b", [trigger("t", "go"), node("d", "delayNode", amount=20, unit="seconds"), say("m", "fast")], "t>d", "d>m"
        )
        at = world(slow, fast)
        says(at, "hello")
        says(at, "go", 2)
        at.pass_time_to(later(3600))
        assert [(each.message.text, each.at, each.event_id) for each in at.said] == [
            ("fast", later(20), "evt_2"),
            ("slow", later(60), "evt_1"),
        ]
        assert at.now == later(3600)

    def test_a_timer_that_is_not_due_waits(self) -> None:
        at = world(flow("a", [trigger("t"), node("d", "delayNode", amount=60, unit="seconds"), say("m")], "t>d", "d>m"))
        says(at, "hello")
        at.pass_time_to(later(59))
        assert texts(at) == []
        assert [(run.waiting_for, run.wake_at) for run in at.waiting()] == [("time", later(60))]

    def test_a_loop_through_a_delay_is_cut(self) -> None:
        nodes = [trigger("t"), say("m"), node("d", "delayNode", amount=1, unit="seconds")]
        at = world(flow("a", nodes, "t>m", "m>d", "d>m"))
        says(at, "hello")
        at.pass_time_to(NOW + timedelta(hours=1))
        assert (len(at.said), at.is_cut, at.now) == (1 + TIMERS, True, NOW + timedelta(hours=1))

    def test_what_the_closed_window_kept_back_is_told(self) -> None:
        at = world(
            flow("a", [trigger("t"), node("d", "delayNode", amount=2, unit="days"), say("m", "late")], "t>d", "d>m")
        )
        says(at, "hello")
        at.pass_time_to(NOW + timedelta(days=3))
        assert texts(at) == [("late", False)]
        assert at.steps[-1].step.window == "closed"

    def test_a_private_reply_is_one_message(self) -> None:
        picture = {"type": "image", "url": "https://x.example/a.jpg"}
        start = node("t", "triggerNode", triggers=[{"type": "comment"}])
        at = world(flow("a", [start, say("m", "Here it is", attachments=[picture])], "t>m"))
        says(at, "link", kind="comment", refs={"commentId": "c1"})
        assert [(each.message.text, each.is_delivered, each.message.comment_id) for each in at.said] == [
            (None, False, None),
            ("Here it is", True, "c1"),
        ]


class TestAnswers:
    CALL = node("c", "actionNode", action="api_call", endpoint="https://api.example.com")

    def call(self, **answers: Answer) -> World:
        nodes = [trigger("t"), self.CALL, say("ok", "{{response.body.price}}"), say("no", "failed")]
        at = world(flow("a", nodes, "t>c", "c>ok", "c.error>no"), answers=answers)
        says(at, "hello")
        return at

    def test_an_api_call_is_answered_by_its_node(self) -> None:
        assert texts(self.call(c=Answer(200, {"price": 5}))) == [("5", True)]

    def test_that_of_one_run_goes_first(self) -> None:
        answers = {"run_1 c": Answer(200, {"price": 7}), "c": Answer(200, {"price": 5})}
        assert texts(self.call(**answers)) == [("7", True)]

    def test_without_a_response_it_fails(self) -> None:
        at = self.call()
        assert texts(at) == [("failed", True)]
        assert [each.step.given for each in at.steps if each.step.node_id == "c"][-1] == {
            "kind": "result",
            "error": "No response was given for this step.",
        }

    def test_calls_without_end_are_cut(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("instantchat.engine.simulate.ANSWERS", 2)
        other = {**self.CALL, "id": "d"}
        at = world(flow("a", [trigger("t"), self.CALL, other], "t>c", "c.error>d", "d.error>c"))
        says(at, "hello")
        assert (at.is_cut, [run.waiting_for for run in at.waiting()]) == (True, ["result"])

    def test_a_profile_is_known_at_once(self) -> None:
        scene = scene_of([flow("a", [trigger("t"), say("m", "Hi {{name|you}}")], "t>m")], ACCOUNT)
        at = World(scene, ContactView("con_1", "1789", profile_known=False), NOW)
        says(at, "hello")
        assert texts(at) == [("Hi you", True)]
        assert at.waiting() == []


class TestFlows:
    def test_a_tap_goes_on_in_its_run(self) -> None:
        nodes = [trigger("t"), say("m", "Which?", quickReplies=QUICK), say("y", "Good")]
        at = world(flow("a", nodes, "t>m", "m.yes>y"))
        says(at, "hello")
        [chip, _] = at.said[0].message.quick_replies
        says(at, "Yes", 2, payload=chip.payload)
        assert [(each.message.text, each.event_id) for each in at.said] == [("Which?", "evt_1"), ("Good", "evt_2")]
        assert [run.state for run in at.runs.values()] == ["completed"]

    def test_others_are_there_but_do_not_listen(self) -> None:
        child = flow("child", [trigger("t"), say("m", "child")], "t>m")
        parent = flow(
            "parent", [trigger("t", "go"), node("s", "subflowNode", flow="child"), say("m", "back")], "t>s", "s>m"
        )
        at = world(parent, others=[child])
        says(at, "hello")
        assert texts(at) == []
        says(at, "go")
        assert texts(at) == [("child", True), ("back", True)]

    def test_runs_that_start_others_have_names_of_their_own(self) -> None:
        child = flow("child", [trigger("t"), say("m", "child")], "t>m")
        start = node("s", "actionNode", action="start_flow", flow="child")
        at = world(flow("parent", [trigger("t"), start, say("m", "parent")], "t>s", "s>m"), others=[child])
        says(at, "hello")
        assert [(each.run_id, each.flow_id, each.message.text) for each in at.said] == [
            ("run_1", "id_parent", "parent"),
            ("run_2", "id_child", "child"),
        ]

    def test_reentry_remembers(self) -> None:
        once = flow("a", [trigger("t"), say("m")], "t>m")
        at = world(replace(once, reentry=type(once.reentry)("once")))
        says(at, "one")
        says(at, "two", 2)
        assert len(at.said) == 1

    def test_people_have_a_handed_over_conversation_for_a_day(self) -> None:
        at = world(flow("a", [trigger("t"), say("m"), node("h", "actionNode", action="handoff")], "t>m", "m>h"))
        says(at, "hello")
        at.pass_time_to(NOW + timedelta(hours=23))
        says(at, "hello?", 2)
        assert len(at.said) == 1
        at.pass_time_to(NOW + timedelta(hours=25))
        says(at, "hello!", 3)
        assert len(at.said) == 2

    @pytest.mark.parametrize("is_for_flows", [True, False])
    def test_what_is_not_for_flows_only_opens_the_window(self, is_for_flows: bool) -> None:
        at = world(flow("a", [trigger("t"), say("m")], "t>m"))
        at.hear(InboundMessage("evt_1", "message", NOW, "hello"), is_for_flows=is_for_flows)
        assert (len(at.said), at.window.is_open(later(3600))) == (int(is_for_flows), True)

    def test_the_same_again(self) -> None:
        splits = [trigger("t"), say("m", "{{message.text}}")]
        first, second = world(flow("a", splits, "t>m")), world(flow("a", splits, "t>m"))
        for at in (first, second):
            says(at, "hello")
        assert (first.said, first.steps) == (second.said, second.steps)


def test_a_scene_has_every_version() -> None:
    one, two = flow("one", [trigger("t")]), flow("two", [trigger("t")])
    scene: Scene = scene_of([one], ACCOUNT, others=[two])
    assert set(scene.library.versions) == {"ver_one", "ver_two"}
