"""What the analysis says of a step is what happens there, however the run goes and whatever the contact does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from instantchat.engine.context import InboundMessage
from instantchat.engine.gate import AWAITS_ANSWER
from instantchat.engine.inputs import Input, Reply, Start, Tap, TimeUp
from instantchat.engine.lint import Standing, window_states
from instantchat.engine.progress import TraceStep
from instantchat.engine.run import Run
from instantchat.engine.stepper import advance
from instantchat.engine.window import NEVER
from tests.engine.builders import NOW, QUICK, compiled, context, message, new_run, node, say, trigger
from tests.engine.test_subflow import library

S = Standing
AGREES = {
    "open": {S.OPEN, S.MAY_BE_CLOSED, S.NOT_OPEN},  # NOT_OPEN: the person has answered meanwhile
    "private_reply": {S.PRIVATE_REPLY, S.MAY_BE_CLOSED},
    "not_open": {S.NOT_OPEN, S.MAY_BE_CLOSED},
    "closed": {S.MAY_BE_CLOSED, S.NEVER_OPEN},
}
CHILD = compiled([trigger("t"), say("c1", quickReplies=QUICK), say("c2")], "t>c1", "c1.yes>c2")
KINDS: dict[str, tuple[list[str], Any]] = {
    "say": (["next"], lambda name: say(name)),
    "offer": (["yes", "no"], lambda name: say(name, quickReplies=QUICK)),
    "ask": (["answered", "timeout"], lambda name: node(name, "questionNode", content="?", saveTo="x", retries=0)),
    "hours": (["next"], lambda name: node(name, "delayNode", amount=11, unit="hours")),
    "days": (["next"], lambda name: node(name, "delayNode", amount=4, unit="days")),
    "enter": (["next"], lambda name: node(name, "subflowNode", flow="child")),
}
FLOWS = st.lists(
    st.tuples(st.sampled_from([*KINDS]), st.lists(st.integers(0, 7), min_size=2, max_size=2)), min_size=1, max_size=7
)


def begin(kind: str) -> InboundMessage:
    if kind == "comment":
        return message("hi", kind="comment", refs={"commentId": "17"})
    return message("hi", kind=kind)


def drawn(kind: str, steps: list[tuple[str, list[int]]]) -> Any:
    start = node("t", "triggerNode", triggers=[{"type": "any_message" if kind == "message" else kind}])
    nodes, edges = [start], ["t>n0"]
    for index, (name, targets) in enumerate(steps):
        exits, make = KINDS[name]
        nodes.append(make(f"n{index}"))
        edges += [f"n{index}.{exit}>n{to}" for exit, to in zip(exits, targets, strict=False) if to < len(steps)]
    return compiled(nodes, *edges)


@given(st.sampled_from(["message", "comment", "api"]), FLOWS, st.lists(st.booleans(), min_size=12, max_size=12))
def test_agrees_with_runs(kind: str, steps: list[tuple[str, list[int]]], answers: list[bool]) -> None:
    flow = drawn(kind, steps)
    flows = library(child=CHILD)
    states = window_states(flow, lambda each: CHILD if each.enters() else None)
    for step in played(flow, flows, begin(kind), answers):
        if step.window is not None and step.version_id is None and not step.given:
            assert states[step.node_id].standings & AGREES[step.window], (
                step.node_id,
                step.window,
                states[step.node_id],
            )


def played(flow: Any, flows: Any, first: InboundMessage, answers: list[bool]) -> list[TraceStep]:
    now, window = NOW, NEVER.after(first.kind, NOW)
    progress = advance(flow, new_run(), Start(first, "t"), context(first, now=now, window=window, library=flows))
    trace = [*progress.trace]
    for does_answer in answers:
        run = progress.run
        if run.state != "waiting" or run.wake_at is None:
            break
        if does_answer and run.waiting_for == "reply":
            now += timedelta(minutes=30)
            window = window.after("message", now)
            event = answered(run, now)
        else:
            now = max(now, run.wake_at)
            event = TimeUp()
        progress = advance(flow, run, event, context(now=now, window=window, library=flows))
        trace += progress.trace
    return trace


def answered(run: Run, now: datetime) -> Input:
    reply = message("5", at=now)
    is_tap = "choices" in run.data.get("wait", {}) and not run.data["wait"].get(AWAITS_ANSWER)
    return Reply(reply, Tap(run.node_id or "", "yes", run.data.get("version"))) if is_tap else Reply(reply)
