"""The calls the runtime makes: one for an inbound event, one for a timer or a result.

What a run does may start others: a step that starts a flow, a tag that a `contact_changed` trigger listens to. They are
decided and advanced here too, so that one handling is one transaction and a replay sees what really happens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .context import ContactView, Context, InboundMessage
from .decide import by_triggers, decide, may_start, start_named
from .decision import ActiveFlow, Decision, Verdict
from .effects import SetField, StartFlow, TagContact, UntagContact
from .flow import CompiledFlow
from .inputs import Input
from .progress import Progress
from .run import Run
from .stepper import advance

FOLLOW_UP_LIMIT = 20
_CHANGED = "contact_changed"
_INHERITED = ("message", "comment")  # what a started run takes over of the one that started it
_CHANGES = (TagContact, UntagContact, SetField)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an event led to: progresses in order, several of one run included, and the contact after them all.

    `follow_ups` are the decisions about what the runs themselves set off.
    """

    decision: Decision
    progresses: tuple[Progress, ...]
    contact: ContactView
    follow_ups: tuple[Decision, ...] = ()


def handle_message(
    message: InboundMessage,
    waiting: Sequence[tuple[CompiledFlow, Run]],
    active: Sequence[ActiveFlow],
    context: Context,
    *,
    new_run_id: Callable[[], str],
) -> Outcome:
    """Decide and advance. `new_run_id` names the runs that start. Store every progress in one transaction."""
    handling = _Handling(waiting, active, context, new_run_id)
    decision = decide(message, waiting, active, context)
    if decision.resume is not None:
        handling.move(decision.resume.flow, decision.resume.run, decision.resume.input)
    else:
        decision = handling.carry_out(decision)
    handling.follow_up(message)
    return handling.outcome(decision)


def resume_run(
    flow: CompiledFlow,
    run: Run,
    given: Input,
    waiting: Sequence[tuple[CompiledFlow, Run]],
    active: Sequence[ActiveFlow],
    context: Context,
    *,
    new_run_id: Callable[[], str],
) -> Outcome:
    """Advance a waiting run whose timer, result or profile came. What it does not wait for changes nothing: the first
    progress has the very run that was given."""
    handling = _Handling(waiting, active, context, new_run_id)
    handling.move(flow, run, given)
    handling.follow_up(None)
    return handling.outcome(Decision("none"))


class _Handling:
    """Mutable for the length of one call: the contact and the waiting runs as they are now."""

    def __init__(
        self,
        waiting: Sequence[tuple[CompiledFlow, Run]],
        active: Sequence[ActiveFlow],
        context: Context,
        new_run_id: Callable[[], str],
    ) -> None:
        self.waiting = {run.id: (flow, run) for flow, run in waiting}
        self.active = active
        self.context = context
        self.new_run_id = new_run_id
        self.progresses: list[Progress] = []
        self.follow_ups: list[Decision] = []
        self.looked_at = 0
        self.started = 0
        self.handed_on: set[str] = set()

    def move(self, flow: CompiledFlow, run: Run, given: Input) -> None:
        """Advance a run."""
        before = self.context.contact
        progress = advance(flow, run, given, self.context)
        self.progresses.append(progress)
        self.waiting.pop(run.id, None)
        if progress.run.state == "waiting":
            self.waiting[run.id] = (flow, progress.run)
        if progress.contact is not before:
            self.context = replace(self.context, contact=progress.contact)

    def carry_out(self, decision: Decision, *, burst: int = 0, data: dict[str, Any] | None = None) -> Decision:
        """Cancel and start what was decided; the decision with the run it started."""
        for run_id in decision.cancel:
            _, run = self.waiting.pop(run_id)
            self.progresses.append(_cancel(run, self.context))
        flow, given = decision.start, decision.start_input
        if flow is None or given is None:
            return decision
        self.started += 1
        run = Run(self.new_run_id(), flow.flow_id, flow.version_id, self.context.conversation_id, burst=burst)
        if flow.keeps_starts():
            starts = {**self.context.last_starts, flow.flow_id: self.context.now}
            self.context = replace(self.context, last_starts=starts)
        self.move(flow.compiled, replace(run, data=data) if data else run, given)
        return replace(decision, started_run_id=run.id)

    def follow_up(self, message: InboundMessage | None) -> None:
        """Carry out what the runs set off, and what that sets off, up to a limit."""
        while self.looked_at < len(self.progresses):
            progress = self.progresses[self.looked_at]
            self.looked_at += 1
            for effect in progress.effects:
                if isinstance(effect, StartFlow):
                    self._start(effect, progress, message)
                elif isinstance(effect, _CHANGES) and effect in progress.changes:
                    self._tell(effect, progress)

    def outcome(self, decision: Decision) -> Outcome:
        """Everything that happened."""
        return Outcome(decision, tuple(self.progresses), self.context.contact, tuple(self.follow_ups))

    def _start(self, effect: StartFlow, progress: Progress, message: InboundMessage | None) -> None:
        flow = self.context.library.find(effect.flow)
        if flow is None:
            self._refuse(Verdict("", effect.flow[:80], False, "not_active", "There is no active flow of this name."))
        elif self.started >= FOLLOW_UP_LIMIT:
            text = f"One event sets off {FOLLOW_UP_LIMIT} flows at most."
            self._refuse(Verdict(flow.flow_id, flow.name, False, "follow_up_limit", text))
        elif barred := may_start(flow, [*self.waiting.values()], self.context):
            self._refuse(Verdict(flow.flow_id, flow.name, True, *barred))
        else:
            text = "A step of another flow started it."
            decision = start_named(flow, message, [*self.waiting.values()], text)
            self.follow_ups.append(
                self.carry_out(decision, burst=progress.run.burst, data=self._inherited(progress.run))
            )

    def _inherited(self, run: Run) -> dict[str, Any]:
        """What a started run takes over. The one private reply to a comment goes to the first run that is started by
        one that is over; a run that waits keeps it."""
        kept = {name: value for name, value in run.data.items() if name in _INHERITED}
        comment = kept.get("comment")
        if comment is not None:
            if not run.is_over or comment["id"] in self.handed_on:
                kept["comment"] = {**comment, "spent": True}
            self.handed_on.add(comment["id"])
        return kept

    def _tell(self, effect: TagContact | UntagContact | SetField, progress: Progress) -> None:
        """Ask the triggers that listen to changes of contacts."""
        listening = [flow for flow in self.active if _listens_to_changes(flow)]
        if not listening or self.started >= FOLLOW_UP_LIMIT:
            return
        changed = _change(effect, progress.run, self.context)
        decision = by_triggers(changed, [*self.waiting.values()], listening, self.context)
        self.follow_ups.append(self.carry_out(decision, burst=progress.run.burst))

    def _refuse(self, verdict: Verdict) -> None:
        self.follow_ups.append(Decision("none", verdicts=(verdict,)))


def _listens_to_changes(flow: ActiveFlow) -> bool:
    return any(each.trigger.type == _CHANGED for each in flow.compiled.listeners)


def _change(effect: TagContact | UntagContact | SetField, run: Run, context: Context) -> InboundMessage:
    """The event that a change of the contact is."""
    refs: dict[str, Any]
    if isinstance(effect, SetField):
        refs = {"change": "field_set", "name": effect.name, "value": effect.value}
    else:
        refs = {"change": "tag_added" if isinstance(effect, TagContact) else "tag_removed", "name": effect.tag}
    event_id = run.data.get("message", {}).get("event_id") or ""
    return InboundMessage(event_id, _CHANGED, context.now, refs=refs)


def _cancel(run: Run, context: Context) -> Progress:
    cancelled = replace(run, state="cancelled", waiting_for=None, wake_at=None, expires_at=None, updated_at=context.now)
    return Progress(cancelled, context.contact)
