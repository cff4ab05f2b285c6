"""Explanations as the page draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from instantchat.engine.registry import trigger_types
from instantchat.features.inbox.why.record import DecisionOut, StepOut, VerdictOut
from instantchat.features.inbox.why.service import MessageStory
from instantchat.features.inbox.why.story import EventStory, RunStory
from instantchat.features.inbox.why.words import compared, duration, event_sentence
from instantchat.kit.clock import rfc3339
from instantchat.store.records import Message, RunRecord

_VERDICTS_SHOWN = 50
_STEPS_SHOWN = 100
_STATUS = {
    "running": ("Running", "info"),
    "waiting": ("Waiting", "warning"),
    "completed": ("Completed", "success"),
    "failed": ("Failed", "danger"),
    "cancelled": ("Cancelled", "neutral"),
}
_WAITS = {
    "reply": "Waits for an answer",
    "time": "Waits",
    "result": "Waits for the answer of another service",
    "profile": "Waits for the person's profile",
}
_WINDOW = {
    "open": "The messaging window was open",
    "private_reply": "Used the one private reply to the comment",
    "not_open": "The messaging window was not open yet",
    "closed": "The messaging window was closed",
}
_UNSENT = {"rejected": "Not sent", "unknown": "Delivery unknown"}


@dataclass
class Pair:
    """A value that was looked at."""

    name: str
    value: str


@dataclass
class VerdictView:
    """One flow that was asked; `tone` is `started`, `matched` or `no`."""

    name: str
    tone: str
    trigger: str
    detail: str
    looked_at: list[Pair] = field(default_factory=list)


@dataclass
class FollowUpView:
    """What the runs themselves set off."""

    sentence: str
    verdicts: list[VerdictView] = field(default_factory=list)


@dataclass
class Line:
    """One line under a step; `kind` is wait, given, effect, window, note, warning or error; `at` a moment, or empty."""

    kind: str
    text: str
    at: str = ""


@dataclass
class StepView:
    """One step of the timeline; `tone` is done, wait or fail; `flow` the sub-flow's name, or empty."""

    label: str
    card: str
    flow: str
    tone: str
    exit: str
    at: str
    lines: list[Line] = field(default_factory=list)
    looked_at: list[Pair] = field(default_factory=list)


@dataclass
class RunView:
    """A run; `href` is its flow in the builder, empty for one that was deleted."""

    id: str
    name: str
    version: str
    href: str
    status: str
    tone: str
    error: str
    hidden: int
    steps: list[StepView] = field(default_factory=list)


@dataclass
class Explanation:
    """Why a message was sent, or what came of it. `event` and `decision` are empty once they are no longer kept;
    `error` is the message's own."""

    message_id: str
    conversation_id: str
    is_out: bool
    event: str
    at: str
    decision: str
    has_failed: bool
    error: str
    more_verdicts: int
    verdicts: list[VerdictView] = field(default_factory=list)
    follow_ups: list[FollowUpView] = field(default_factory=list)
    runs: list[RunView] = field(default_factory=list)


def explanation_of(story: MessageStory, who: str) -> Explanation:
    """As the page shows it; `who` is the contact's name."""
    message, event = story.message, story.event
    decision = event.decision if event is not None else None
    verdicts = _verdicts(decision.verdicts) if decision is not None else []
    return Explanation(
        message_id=message.id,
        conversation_id=message.conversation_id,
        is_out=message.direction == "out",
        event=event_sentence(event.event.kind, event.event.payload, who) if event is not None else "",
        at=rfc3339(event.event.at) if event is not None else "",
        decision=_decided(event),
        has_failed=event is not None and event.event.state == "failed",
        error=_own_error(message),
        more_verdicts=max(0, len(verdicts) - _VERDICTS_SHOWN),
        verdicts=verdicts[:_VERDICTS_SHOWN],
        follow_ups=[FollowUpView(each.sentence, _verdicts(each.verdicts)) for each in _follow_ups(decision)],
        runs=[_run(each) for each in _runs(story)],
    )


def _decided(event: EventStory | None) -> str:
    if event is None:
        return ""
    if event.decision is not None:
        return event.decision.sentence
    if event.event.state == "failed":
        return "It could not be handled, for a reason inside InstantChat; the log has it."
    return "It waits to be handled."


def _follow_ups(decision: DecisionOut | None) -> list[DecisionOut]:
    return decision.all()[1:] if decision is not None else []


def _runs(story: MessageStory) -> list[RunStory]:
    """The run that wrote the message, or all that the event led to."""
    if story.run is not None:
        return [story.run]
    return story.event.runs if story.event is not None else []


def _own_error(message: Message) -> str:
    if not message.error_code:
        return ""
    return f"{_UNSENT.get(message.status, 'Not sent yet')}: {message.error_text or message.error_code}"


def _verdicts(found: Sequence[VerdictOut]) -> list[VerdictView]:
    ordered = sorted(found, key=lambda each: (not each.chosen, not each.matched))
    return [
        VerdictView(
            name=each.name or "A flow that was deleted",
            tone="started" if each.chosen else "matched" if each.matched else "no",
            trigger=_trigger(each.trigger),
            detail=each.detail,
            looked_at=[Pair(*pair) for pair in compared(each.values)],
        )
        for each in ordered
    ]


def _trigger(type_name: str | None) -> str:
    kind = trigger_types().get(type_name or "")
    return kind.label if kind is not None else ""


def _run(story: RunStory) -> RunView:
    run = story.run
    status, tone = _STATUS[run.state]
    sent = {each.id: each for each in story.messages}
    return RunView(
        id=run.id,
        name=story.flow.name,
        version=f"Version {story.flow.number}" if story.flow.number is not None else "",
        href=f"/flow-builder/{story.flow.flow_id}" if story.flow.is_there else "",
        status=status,
        tone=tone,
        error=(run.error or "").partition(": ")[2] or (run.error or ""),
        hidden=max(0, len(story.trace) - _STEPS_SHOWN),
        steps=_steps(story.trace[-_STEPS_SHOWN:], sent, run),
    )


def _steps(trace: Sequence[StepOut], sent: dict[str, Message], run: RunRecord) -> list[StepView]:
    """A wait and what it was resumed with are one step to the reader."""
    steps: list[StepView] = []
    before: StepOut | None = None
    for step in trace:
        now = _step(step, sent)
        if before is not None and _is_resumed(before, step):
            was = steps.pop()
            now.at, now.lines, now.looked_at = was.at, was.lines + now.lines, was.looked_at + now.looked_at
        steps.append(now)
        before = step
    if before is not None and before.outcome == "wait":
        steps[-1].lines.append(_waiting(before, run))
        steps[-1].tone = "wait" if run.state == "waiting" else steps[-1].tone
    return steps


def _is_resumed(before: StepOut, step: StepOut) -> bool:
    here = (before.node_id, before.version_id) == (step.node_id, step.version_id)
    return here and before.outcome == "wait" and step.given is not None


def _step(step: StepOut, sent: dict[str, Message]) -> StepView:
    tone = "fail" if step.outcome == "fail" or step.error else "done"
    return StepView(
        label=step.label,
        card=step.card,
        flow=step.flow_name or "",
        tone=tone,
        exit=(step.exit_label or step.exit or "") if step.outcome == "take" else "",
        at=rfc3339(step.at) if step.at else "",
        lines=_lines(step, sent),
        looked_at=[Pair(*pair) for pair in compared(step.values)],
    )


def _lines(step: StepOut, sent: dict[str, Message]) -> list[Line]:
    lines = _resumed(step)
    for effect in step.effects:
        lines.append(Line("effect", effect.sentence))
        message = sent.get(effect.message_id or "")
        if message is not None and message.error_code:
            lines.append(Line("error", _own_error(message)))
    if step.window is not None and (step.effects or step.window != "open"):
        kind = "warning" if step.window in ("closed", "not_open") else "window"
        lines.append(Line(kind, _WINDOW.get(step.window, step.window)))
    lines += [Line("warning", _sentence(each)) for each in step.warnings]
    if step.note:
        lines.append(Line("note", step.note))
    if step.error:
        lines.append(Line("error", step.error))
    if step.outcome == "end" and not step.error and not step.note:
        lines.append(Line("note", "The run ends here."))
    return lines


def _resumed(step: StepOut) -> list[Line]:
    """For how long it had waited here, and what came."""
    given = step.given
    if given is None or not given.kind:
        return []
    waited = f"Waited {duration(step.seconds)}"
    match given.kind:
        case "reply":
            what = "then a choice was tapped" if given.tap else "then the answer came"
            said = f"{what}: “{given.text}”" if given.text else what
        case "time_up":
            said = "then the time came"
        case "result":
            said = f"then status {given.status} came" if given.status is not None else "and no answer came"
        case "profile_ready":
            said = "then the profile came"
        case _:
            said = f"then {given.kind.replace('_', ' ')} came"
    return [Line("wait", f"{waited}, {said}")]


def _waiting(step: StepOut, run: RunRecord) -> Line:
    """What the run does at its last step, or did when it was ended."""
    if run.state != "waiting":
        return Line("note", f"The run was waiting here when it was {run.state}.")
    what = _WAITS[run.waiting_for or "reply"]
    return Line("wait", f"{what}, until", rfc3339(step.until)) if step.until is not None else Line("wait", what)


def _sentence(warning: str) -> str:
    text = warning[:1].upper() + warning[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
