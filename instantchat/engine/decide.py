"""Deciding what an inbound event leads to: a waiting run that takes it, else the flow that starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from .context import Context, InboundMessage
from .decision import ActiveFlow, Decision, Resume, Verdict
from .flow import CompiledFlow, Listener
from .inputs import Reply, Start, Tap
from .payload import decode_tap
from .run import Run
from .trigger import Match, NoMatch
from .visit import Visit

Waiting = Sequence[tuple[CompiledFlow, Run]]
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def decide(message: InboundMessage, waiting: Waiting, active: Sequence[ActiveFlow], context: Context) -> Decision:
    """Which waiting run takes the event, or which flow starts. Asked triggers give every flow a verdict.

    `waiting`: every run of the contact in this conversation that waits, whatever for. A tap goes to the run it names;
    other messages are offered to the runs waiting for a reply, the last one first; then the triggers are asked.
    """
    tapped = _tapped(message, waiting)
    if tapped is not None:
        return Decision("tap", resume=tapped)
    named = decode_tap(message.payload)
    decision = _without_tap(message, waiting, active, context)
    return decision if named is None else replace(decision, ended_run_id=named.run_id)


def _without_tap(message: InboundMessage, waiting: Waiting, active: Sequence[ActiveFlow], context: Context) -> Decision:
    listening = [pair for pair in waiting if pair[1].waiting_for == "reply"]
    for flow, run in sorted(listening, key=lambda pair: pair[1].updated_at or _LONG_AGO, reverse=True):
        if _hears(flow, run, message, context):
            return Decision("reply", resume=Resume(flow, run, Reply(message)))
    return _by_triggers(message, waiting, active, context)


def _tapped(message: InboundMessage, waiting: Waiting) -> Resume | None:
    """The waiting run whose quick reply or button this is, also one of a message before the one it waits at."""
    payload = decode_tap(message.payload)
    if payload is None:
        return None
    for flow, run in waiting:
        node = flow.nodes.get(payload.node_id)
        if run.id == payload.run_id and run.waiting_for == "reply" and node and payload.exit in node.exits():
            return Resume(flow, run, Reply(message, Tap(payload.node_id, payload.exit)))
    return None


def _hears(flow: CompiledFlow, run: Run, message: InboundMessage, context: Context) -> bool:
    node = flow.nodes.get(run.node_id or "")
    if node is None:
        return False
    visit = Visit(flow, run.id, run.node_id or "", context, context.contact, run.data, run.steps)
    return node.hears(message, visit)


def _by_triggers(message: InboundMessage, waiting: Waiting, active: Sequence[ActiveFlow], context: Context) -> Decision:
    judged = [_judge(each, message, waiting, context) for each in active]
    hits = [(flow, *hit) for flow, (_, hit) in zip(active, judged, strict=True) if hit is not None]
    if not hits:
        return Decision("none", verdicts=tuple(verdict for verdict, _ in judged))
    best, _, listener = min(hits, key=lambda hit: (-hit[1].rank, -hit[0].priority, hit[0].created_at, hit[0].flow_id))
    verdicts = tuple(_settle(verdict, flow, best, hit) for flow, (verdict, hit) in zip(active, judged, strict=True))
    cancelled = tuple(run.id for _, run in waiting if run.flow_id == best.flow_id)
    start = Start(message, listener.node_id)
    return Decision("trigger", start=best, start_input=start, cancel=cancelled, verdicts=verdicts)


def _judge(
    flow: ActiveFlow, message: InboundMessage, waiting: Waiting, context: Context
) -> tuple[Verdict, tuple[Match, Listener] | None]:
    """A flow's verdict before the winner is known, and its best match unless reentry forbids it."""
    best: tuple[Match, Listener] | None = None
    refused: tuple[NoMatch, Listener] | None = None
    for listener in flow.compiled.listeners:
        found = listener.trigger.match(message, context)
        if isinstance(found, NoMatch):
            refused = refused or (found, listener)
        elif best is None or found.rank > best[0].rank:
            best = (found, listener)
    if best is None:
        if refused is None:
            return Verdict(flow.flow_id, flow.name, False, "no_trigger", "The flow has no trigger."), None
        why, listener = refused
        verdict = Verdict(
            flow.flow_id, flow.name, False, why.reason, why.detail, trigger=listener.trigger.type, values=why.values
        )
        return verdict, None
    match, listener = best
    verdict = Verdict(
        flow.flow_id, flow.name, True, "matched", match.detail, trigger=listener.trigger.type, values=match.values
    )
    barred = _barred(flow, waiting, context)
    return (replace(verdict, reason=barred[0], detail=barred[1]), None) if barred else (verdict, best)


def _barred(flow: ActiveFlow, waiting: Waiting, context: Context) -> tuple[str, str] | None:
    """Why the flow may not start again for this contact, as a code and a sentence."""
    mode = flow.reentry.mode
    last = context.last_starts.get(flow.flow_id)
    if mode == "ignore_running" and any(run.flow_id == flow.flow_id for _, run in waiting):
        return "reentry_running", "It is already running for this contact."
    if mode == "once" and last is not None:
        return "reentry_once", "It starts once per contact, and already has."
    if mode == "every" and last is not None and context.now < last + timedelta(hours=flow.reentry.hours or 0):
        return "reentry_every", f"It starts every {flow.reentry.hours or 0:g} hours per contact at most."
    return None


def _settle(verdict: Verdict, flow: ActiveFlow, best: ActiveFlow, hit: tuple[Match, Listener] | None) -> Verdict:
    if flow is best:
        return replace(verdict, chosen=True)
    if hit is None:
        return verdict
    return replace(verdict, reason="outranked", detail=f"{verdict.detail} “{best.name}” went first.")
