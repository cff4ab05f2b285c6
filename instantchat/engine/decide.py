"""Deciding what an inbound event leads to: a waiting run that takes it, else the flow that starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from . import frames
from .context import Context, InboundMessage
from .decision import ActiveFlow, Decision, Resume, Verdict
from .flow import CompiledFlow, Listener
from .gate import hears_answer
from .inputs import Reply, Start, Tap
from .payload import decode_tap
from .run import Run
from .text import fold
from .trigger import Match, NoMatch
from .visit import Visit

Waiting = Sequence[tuple[CompiledFlow, Run]]
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_NAMING = ("api", "schedule")  # kinds of events that name the flow they are for


def decide(message: InboundMessage, waiting: Waiting, active: Sequence[ActiveFlow], context: Context) -> Decision:
    """Which waiting run takes the event, or which flow starts. Asked triggers give every flow a verdict.

    `waiting`: every run of the contact in this conversation that waits, whatever for. A tap goes to the run it names, a
    stop word ends all of them; other messages are offered to the runs waiting for a reply, the last one first; then the
    triggers are asked.
    """
    if message.kind in _NAMING:
        return _named(message, waiting, active, context)
    tapped = _tapped(message, waiting, context)
    if tapped is not None:
        return Decision("tap", resume=tapped)
    if message.kind == "message" and fold(message.text or "") in context.stop_words:
        return Decision("stop", cancel=tuple(run.id for _, run in waiting))
    named = decode_tap(message.payload)
    decision = _without_tap(message, waiting, active, context)
    return decision if named is None else replace(decision, ended_run_id=named.run_id)


def by_triggers(message: InboundMessage, waiting: Waiting, active: Sequence[ActiveFlow], context: Context) -> Decision:
    """Which of the flows starts, if any, whatever waits; every flow that was asked gets a verdict."""
    judged = [_judge(each, message, waiting, context) for each in active]
    hits = [(flow, *hit) for flow, (_, hit) in zip(active, judged, strict=True) if hit is not None]
    if not hits:
        return Decision("none", verdicts=tuple(verdict for verdict, _ in judged))
    best, _, listener = min(hits, key=lambda hit: (-hit[1].rank, -hit[0].priority, hit[0].created_at, hit[0].flow_id))
    verdicts = tuple(_settle(verdict, flow, best, hit) for flow, (verdict, hit) in zip(active, judged, strict=True))
    start = Start(message, listener.node_id)
    return Decision("trigger", start=best, start_input=start, cancel=replaced(best, waiting), verdicts=verdicts)


def may_start(flow: ActiveFlow, waiting: Waiting, context: Context) -> tuple[str, str] | None:
    """None when the flow may start again for this contact, else why not, as a code and a sentence."""
    mode = flow.reentry.mode
    last = context.last_starts.get(flow.flow_id)
    if mode == "ignore_running" and any(run.flow_id == flow.flow_id for _, run in waiting):
        return "reentry_running", "It is already running for this contact."
    if mode == "once" and last is not None:
        return "reentry_once", "It starts once per contact, and already has."
    if mode == "every" and last is not None and context.now < last + timedelta(hours=flow.reentry.hours or 0):
        return "reentry_every", f"It starts every {flow.reentry.hours or 0:g} hours per contact at most."
    return None


def start_named(
    flow: ActiveFlow,
    message: InboundMessage | None,
    waiting: Waiting,
    detail: str,
    *,
    listener: Listener | None = None,
) -> Decision:
    """The start of a flow that nobody had to find: at the listener's node, else where the flow begins."""
    node_id = listener.node_id if listener is not None else flow.compiled.entry()
    trigger = listener.trigger.type if listener is not None else None
    verdict = Verdict(flow.flow_id, flow.name, True, "matched", detail, chosen=True, trigger=trigger)
    start = Start(message, None if node_id in flow.compiled.starts else node_id)
    return Decision("named", start=flow, start_input=start, cancel=replaced(flow, waiting), verdicts=(verdict,))


def replaced(flow: ActiveFlow, waiting: Waiting) -> tuple[str, ...]:
    """The waiting runs of the flow, which a new start cancels."""
    return tuple(run.id for _, run in waiting if run.flow_id == flow.flow_id)


def _named(message: InboundMessage, waiting: Waiting, active: Sequence[ActiveFlow], context: Context) -> Decision:
    """An event that names its flow: nobody else is asked, and whoever made the event has asked the trigger."""
    flow = next((each for each in active if each.flow_id == message.refs.get("flowId")), None)
    if flow is None:
        return Decision("none")
    listener = _listener_for(message, flow)
    barred = may_start(flow, waiting, context)
    if barred is not None:
        return Decision("none", verdicts=(Verdict(flow.flow_id, flow.name, True, *barred),))
    return start_named(flow, message, waiting, "The event names it.", listener=listener)


def _listener_for(message: InboundMessage, flow: ActiveFlow) -> Listener | None:
    """The trigger of the event's kind, at the node it names if it names one."""
    node_id = message.refs.get("nodeId")
    fitting = [each for each in flow.compiled.listeners if each.trigger.type == message.kind]
    return next((each for each in fitting if node_id is None or each.node_id == node_id), None)


def _without_tap(message: InboundMessage, waiting: Waiting, active: Sequence[ActiveFlow], context: Context) -> Decision:
    listening = [pair for pair in waiting if pair[1].waiting_for == "reply"]
    for flow, run in sorted(listening, key=lambda pair: pair[1].updated_at or _LONG_AGO, reverse=True):
        if _hears(flow, run, message, context):
            return Decision("reply", resume=Resume(flow, run, Reply(message)))
    return by_triggers(message, waiting, active, context)


def _tapped(message: InboundMessage, waiting: Waiting, context: Context) -> Resume | None:
    """The waiting run whose quick reply or button this is, also one of a message before the one it waits at."""
    payload = decode_tap(message.payload)
    if payload is None:
        return None
    for root, run in waiting:
        if run.id != payload.run_id or run.waiting_for != "reply":
            continue
        data = dict(run.data)
        flow = frames.current_flow(root, data, context.library) if frames.unwind(data, payload.version_id) else None
        node = flow.nodes.get(payload.node_id) if flow is not None else None
        if node is not None and node.accepts_tap(payload.exit):
            return Resume(root, run, Reply(message, Tap(payload.node_id, payload.exit, payload.version_id)))
    return None


def _hears(root: CompiledFlow, run: Run, message: InboundMessage, context: Context) -> bool:
    flow = frames.current_flow(root, run.data, context.library)
    node = flow.nodes.get(run.node_id or "") if flow is not None else None
    if flow is None or node is None:
        return False
    for_answer = hears_answer(run.data.get("wait") or {}, message)
    if for_answer is not None:
        return for_answer
    visit = Visit(flow, run.id, run.node_id or "", context, context.contact, run.data, run.steps)
    return node.hears(message, visit)


def _judge(
    flow: ActiveFlow, message: InboundMessage, waiting: Waiting, context: Context
) -> tuple[Verdict, tuple[Match, Listener] | None]:
    """A flow's verdict before the winner is known, and its best match unless reentry forbids it."""
    best: tuple[Match, Listener] | None = None
    refused: tuple[NoMatch, Listener] | None = None
    for listener in flow.compiled.listeners:
        found = _ask(flow, listener, message, context)
        if isinstance(found, NoMatch):
            refused = refused or (found, listener)
        elif best is None or found.rank > best[0].rank:
            best = (found, listener)
    if best is None:
        if refused is None:
            return Verdict(flow.flow_id, flow.name, False, "no_trigger", "The flow has no trigger."), None
        return _refusal(flow, *refused), None
    match, listener = best
    verdict = Verdict(
        flow.flow_id, flow.name, True, "matched", match.detail, trigger=listener.trigger.type, values=match.values
    )
    barred = may_start(flow, waiting, context)
    return (replace(verdict, reason=barred[0], detail=barred[1]), None) if barred else (verdict, best)


def _ask(flow: ActiveFlow, listener: Listener, message: InboundMessage, context: Context) -> Match | NoMatch:
    """What the trigger says, unless it started the flow too recently."""
    found = listener.trigger.match(message, context)
    pause = listener.trigger.once_per()
    last = context.last_starts.get(flow.flow_id) if pause is not None and isinstance(found, Match) else None
    if pause is None or last is None or context.now >= last + pause:
        return found
    hours = pause.total_seconds() / 3600
    return NoMatch("too_soon", f"It starts every {hours:g} hours per contact at most.", {"last": last.isoformat()})


def _refusal(flow: ActiveFlow, why: NoMatch, listener: Listener) -> Verdict:
    return Verdict(
        flow.flow_id, flow.name, False, why.reason, why.detail, trigger=listener.trigger.type, values=why.values
    )


def _settle(verdict: Verdict, flow: ActiveFlow, best: ActiveFlow, hit: tuple[Match, Listener] | None) -> Verdict:
    if flow is best:
        return replace(verdict, chosen=True)
    if hit is None:
        return verdict
    return replace(verdict, reason="outranked", detail=f"{verdict.detail} “{best.name}” went first.")
