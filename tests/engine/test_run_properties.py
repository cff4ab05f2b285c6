"""What must hold for every run: it ends or waits, goes on the same from storage, and keeps to Instagram's window."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings

from instantchat.engine.context import ContactView, Context, InboundMessage
from instantchat.engine.effects import SendMessage
from instantchat.engine.flow import CompiledFlow, parse_graph, validate_flow
from instantchat.engine.handle import FOLLOW_UP_LIMIT, Outcome, handle_message, resume_run
from instantchat.engine.inputs import Input, ProfileReady, Result, TimeUp
from instantchat.engine.library import library_of
from instantchat.engine.plain import from_json, to_json
from instantchat.engine.progress import Progress
from instantchat.engine.registry import node_types, node_variants, trigger_types
from instantchat.engine.run import Run
from instantchat.engine.stepper import STEP_LIMIT
from instantchat.engine.window import Window
from tests.engine.builders import NOW, active, context
from tests.engine.drawn import ACTIONS, HAPPENINGS, LIBRARIES, NODES, TRIGGERS, Json

FAILURES = {"step_limit", "subflow_depth"}


def test_everything_is_drawn() -> None:
    assert set(NODES) | {"actionNode", "triggerNode"} == set(node_types())
    assert set(ACTIONS) == set(node_variants("actionNode"))
    assert {each["type"] for each in TRIGGERS} == set(trigger_types())


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(LIBRARIES, HAPPENINGS)
def test_every_run_ends_or_waits_and_keeps_to_the_window(flows: dict[str, Json], happenings: list[Any]) -> None:
    for graph in flows.values():
        assert [issue for issue in validate_flow(graph) if issue.malformed] == []
    stage = Stage(flows)
    for what, minutes in happenings:
        stage.act(what, minutes)
    for progress in stage.progresses:
        run = progress.run
        assert run.state != "running" and len(progress.trace) <= STEP_LIMIT + 2
        if run.state == "waiting":
            assert run.waiting_for and run.node_id and run.wake_at is not None
        assert run.error is None or run.error.code in FAILURES
    replied = [send.comment_id for send in stage.sent if send.comment_id is not None]
    assert len(replied) == len(set(replied))
    assert stage.sent_closed == []


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(LIBRARIES, HAPPENINGS)
def test_a_run_goes_on_from_storage_as_if_it_had_never_been_there(
    flows: dict[str, Json], happenings: list[Any]
) -> None:
    kept, stored = Stage(flows), Stage(flows, is_stored=True)
    for what, minutes in happenings:
        kept.act(what, minutes)
        stored.act(what, minutes)
        assert told(stored.progresses) == told(kept.progresses)


class Stage:
    """One contact and three active flows; `is_stored` puts every run through JSON between two happenings."""

    def __init__(self, flows: dict[str, Json], is_stored: bool = False) -> None:
        made = {name: compiled(graph) for name, graph in flows.items()}
        self.active = [active(flow, name, age=age) for age, (name, flow) in enumerate(made.items())]
        self.versions = {each.version_id: each.compiled for each in self.active}
        self.is_stored = is_stored
        self.contact = ContactView("con_1", "1789", profile_known=False)
        self.now, self.window = NOW, Window()
        self.waiting: dict[str, Run] = {}
        self.starts: dict[str, Any] = {}
        self.progresses: list[Progress] = []
        self.sent: list[SendMessage] = []
        self.sent_closed: list[SendMessage] = []
        self.ids = (f"run_{number}" for number in count(1))

    def act(self, what: Any, minutes: int) -> None:
        """Let time go by, then one thing happen; what no run waits for does not."""
        self.now += timedelta(minutes=minutes)
        if isinstance(what, dict):
            self.hear(what)
        elif what.startswith("tap"):
            taps = [chip for send in self.sent for chip in send.quick_replies]
            if taps:
                chip = taps[0 if what == "tap before" else -1]
                self.hear({"kind": "message", "text": chip.title, "payload": chip.payload})
        else:
            self.resume(what)

    def hear(self, fields: Json) -> None:
        attachments = tuple(fields.get("attachments", ()))
        refs = dict(fields.get("refs", {}))
        if isinstance(refs.get("commentId"), str):
            refs["commentId"] += f".{len(self.progresses)}"  # no comment comes twice
        message = InboundMessage("evt_1", at=self.now, **{**fields, "attachments": attachments, "refs": refs})
        self.window = self.window.after(message.kind, self.now)
        given = self.context(message)
        before = len(self.waiting)
        outcome = handle_message(message, self.pairs(), self.active, given, new_run_id=self.ids.__next__)
        assert len(outcome.progresses) <= FOLLOW_UP_LIMIT * 2 + before + 2
        self.take(outcome)

    def resume(self, what: str) -> None:
        wanted = {"time": None, "result": "result", "failure": "result", "profile": "profile"}[what]
        run = next((each for each in self.waiting.values() if wanted in (None, each.waiting_for)), None)
        if run is None or run.wake_at is None:
            return
        if wanted is None:
            self.now = max(self.now, run.wake_at)
        rest = [pair for pair in self.pairs() if pair[1].id != run.id]
        flow, outcome = self.versions[run.version_id], None
        outcome = resume_run(
            flow, run, answer(run, what), rest, self.active, self.context(None), new_run_id=self.ids.__next__
        )
        assert outcome.progresses[0].run is not run, "it was given what it waits for"
        self.take(outcome)

    def take(self, outcome: Outcome) -> None:
        self.contact = outcome.contact
        for progress in outcome.progresses:
            self.progresses.append(progress)
            run = from_json(Run, to_json(progress.run)) if self.is_stored else progress.run
            assert run == progress.run
            self.waiting.pop(run.id, None)
            if run.state == "waiting":
                self.waiting[run.id] = run
            self.starts.setdefault(run.flow_id, self.now)
            sends = [effect for effect in progress.effects if isinstance(effect, SendMessage)]
            self.sent += sends
            if not self.window.is_open(self.now):
                self.sent_closed += [send for send in sends if send.comment_id is None]

    def pairs(self) -> list[tuple[CompiledFlow, Run]]:
        return [(self.versions[run.version_id], run) for run in self.waiting.values()]

    def context(self, message: InboundMessage | None) -> Context:
        given = context(message, now=self.now, window=self.window, contact=self.contact, last_starts=self.starts)
        library = library_of(self.active, self.versions)
        rng = Random(len(self.progresses))
        return replace(
            given, library=library, rng=rng, has_ai=True, is_first=not self.progresses, stop_words=frozenset({"stop"})
        )


def answer(run: Run, what: str) -> Input:
    if what == "profile":
        return ProfileReady()
    if what == "time":
        return TimeUp()
    ref = run.data["wait"]["ref"]
    body = {"a": 1.5, "text": "An answer", "choice": "yes"}
    return Result(ref, 200, body) if what == "result" else Result(ref, error="It did not answer.")


def compiled(graph: Json) -> CompiledFlow:
    flow, issues = parse_graph(graph)
    assert flow is not None, issues
    return flow


def told(progresses: list[Progress]) -> list[Any]:
    return [
        [to_json(each.run), [to_json(effect) for effect in each.effects], [to_json(step) for step in each.trace]]
        for each in progresses
    ]
