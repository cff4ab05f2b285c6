"""Sub-flows: a run goes through another flow, waits in it, and comes back to where it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from instantchat.engine.compiled import CompiledFlow
from instantchat.engine.context import ContactView
from instantchat.engine.decide import decide
from instantchat.engine.effects import FetchProfile
from instantchat.engine.frames import versions_in
from instantchat.engine.inputs import ProfileReady, Reply, Start
from instantchat.engine.library import Library, library_of
from instantchat.engine.plain import from_json, to_json
from instantchat.engine.progress import Progress
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


def library(**flows: CompiledFlow) -> Library:
    found = [active(flow, name) for name, flow in flows.items()]
    return library_of(found, {each.version_id: each.compiled for each in found})


def enter(node_id: str, flow: str) -> dict[str, Any]:
    return node(node_id, "subflowNode", flow=flow)


def play(flow: CompiledFlow, flows: Library, **fields: Any) -> Progress:
    return advance(flow, new_run(), Start(message("hi"), flow.listeners[0].node_id), context(library=flows, **fields))


def stored(run: Run) -> Run:
    return from_json(Run, to_json(run))


CHILD = compiled([trigger("t"), say("a", "Child")], "t>a")
ASKING = compiled([trigger("t"), say("a", "Sure?", quickReplies=QUICK), say("b", "You said yes")], "t>a", "a.yes>b")
PARENT = compiled(
    [trigger("t"), say("a", "Before"), enter("s", "CHILD"), say("b", "After")], "t>a", "a>s", "s.next>b"
)  # names find a flow in any case


def steps(progress: Progress) -> list[tuple[str, str, str | None]]:
    return [(step.node_id, step.outcome, step.version_id) for step in progress.trace]


class TestGoingThrough:
    def test_comes_back_and_goes_on(self) -> None:
        progress = play(PARENT, library(child=CHILD))
        assert sent_texts(progress.effects) == ["Before", "Child", "After"]
        assert progress.run.state == "completed"
        assert steps(progress) == [
            ("t", "take", None),
            ("a", "take", None),
            ("s", "enter", None),
            ("t", "take", "ver_child"),
            ("a", "take", "ver_child"),
            ("b", "take", None),
        ]
        assert {"frames", "version"}.isdisjoint(progress.run.data)

    def test_waits_in_it_and_is_stored_with_the_way_back(self) -> None:
        flows = library(child=ASKING)
        first = play(PARENT, flows)
        assert (first.run.state, first.run.waiting_for, first.run.node_id) == ("waiting", "reply", "a")
        assert versions_in(first.run.data) == {"ver_child"}
        decision = decide(tap_of(first, "yes"), [(PARENT, stored(first.run))], [], context(library=flows))
        assert decision.resume is not None
        second = advance(PARENT, stored(first.run), decision.resume.input, context(library=flows))
        assert sent_texts(second.effects) == ["You said yes", "After"]
        assert second.run.state == "completed"

    def test_a_typed_title_is_heard_in_the_sub_flow(self) -> None:
        flows = library(child=ASKING)
        first = play(PARENT, flows)
        decision = decide(message("yes"), [(PARENT, first.run)], [], context(library=flows))
        assert decision.resume is not None
        assert sent_texts(advance(PARENT, first.run, decision.resume.input, context(library=flows)).effects) == [
            "You said yes",
            "After",
        ]

    def test_a_tap_on_a_choice_of_its_question_is_heard(self) -> None:
        answer = {"type": "choice", "options": QUICK}
        question = node("q", "questionNode", content="Sure?", answer=answer, saveTo="sure")
        flows = library(child=compiled([trigger("t"), question, say("b", "You said {{sure}}")], "t>q", "q.answered>b"))
        first = play(PARENT, flows)
        decision = decide(tap_of(first, "yes"), [(PARENT, stored(first.run))], [], context(library=flows))
        assert decision.resume is not None
        second = advance(PARENT, stored(first.run), decision.resume.input, context(library=flows))
        assert sent_texts(second.effects) == ["You said Yes", "After"]

    def test_a_tap_on_an_older_message_of_the_parent_leaves_the_sub_flow(self) -> None:
        parent = compiled(
            [trigger("t"), say("a", "Menu", quickReplies=QUICK), enter("s", "child"), say("b", "No then")],
            "t>a",
            "a.yes>s",
            "a.no>b",
        )
        flows = library(child=ASKING)
        menu = play(parent, flows)
        inside = advance(
            parent, menu.run, Reply(message("Yes"), decided_tap(parent, menu, "yes", flows)), context(library=flows)
        )
        assert inside.run.data["version"] == "ver_child"
        back = decide(tap_of(menu, "no"), [(parent, inside.run)], [], context(library=flows))
        assert back.resume is not None
        done = advance(parent, inside.run, back.resume.input, context(library=flows))
        assert sent_texts(done.effects) == ["No then"]
        assert "frames" not in done.run.data

    def test_stays_on_the_version_it_entered(self) -> None:
        first = play(PARENT, library(child=ASKING))
        newer = library_of([active(CHILD, "child")], {"ver_child": ASKING})
        decision = decide(message("Yes"), [(PARENT, first.run)], [], context(library=newer))
        assert decision.resume is not None
        assert (
            sent_texts(advance(PARENT, first.run, decision.resume.input, context(library=newer)).effects)[0]
            == "You said yes"
        )

    def test_a_version_that_cannot_be_read_fails_the_run(self) -> None:
        first = play(PARENT, library(child=ASKING))
        done = advance(PARENT, first.run, Reply(message("Yes")), context())
        assert done.run.state == "failed" and done.run.error is not None
        assert done.run.error.code == "version_missing"

    def test_an_unknown_flow_is_said_and_passed(self) -> None:
        progress = play(PARENT, Library())
        assert sent_texts(progress.effects) == ["Before", "After"]
        assert progress.trace[2].error == "There is no active flow 'CHILD' to go through."


class TestLimits:
    def test_a_flow_that_enters_itself_ends_at_ten(self) -> None:
        own = compiled([trigger("t"), enter("s", "own")], "t>s")
        progress = play(own, library(own=own))
        assert progress.run.error is not None and progress.run.error.code == "subflow_depth"
        assert len([step for step in progress.trace if step.outcome == "enter"]) == 11

    def test_steps_in_sub_flows_count(self) -> None:
        chain = [say(f"m{index}", str(index)) for index in range(60)]
        long = compiled([trigger("t"), *chain], "t>m0", *(f"m{index}>m{index + 1}" for index in range(59)))
        twice = compiled([trigger("t"), enter("s", "long"), enter("r", "long")], "t>s", "s>r")
        progress = play(twice, library(long=long))
        assert progress.run.error is not None and progress.run.error.code == "step_limit"


class TestProfile:
    def test_a_sub_flow_that_reads_the_name_waits_for_it_once(self) -> None:
        child = compiled([trigger("t"), say("a", "Hi {{contact.name}}")], "t>a")
        flows = library(child=child)
        nobody = ContactView("con_1", "1", profile_known=False)
        first = play(PARENT, flows, contact=nobody)
        assert first.run.waiting_for == "profile" and isinstance(first.effects[-1], FetchProfile)
        assert first.run.wake_at == NOW + timedelta(seconds=2)
        done = advance(
            PARENT, first.run, ProfileReady(), context(library=flows, contact=ContactView("con_1", "1", "Ann"))
        )
        assert sent_texts(done.effects) == ["Hi Ann", "After"]


def tap_of(progress: Progress, choice: str) -> Any:
    """The tap on a quick reply of the last message sent."""
    sent = [effect for effect in progress.effects if effect.kind == "send_message"][-1]
    chip = next(each for each in sent.quick_replies if each.id == choice)
    return message(chip.title, payload=chip.payload)


def decided_tap(flow: CompiledFlow, progress: Progress, choice: str, flows: Library) -> Any:
    decision = decide(tap_of(progress, choice), [(flow, progress.run)], [], context(library=flows))
    assert decision.resume is not None and isinstance(decision.resume.input, Reply)
    return decision.resume.input.tap
