"""The calls the runtime makes: one for an inbound event, one for a timer or a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .context import ContactView, Context, InboundMessage
from .decide import decide
from .decision import ActiveFlow, Decision
from .flow import CompiledFlow
from .inputs import Input
from .progress import Progress
from .run import Run
from .stepper import advance


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an event led to: progresses in order (cancelled runs first), and the contact after them all.

    A decision of reason `none` has no progress.
    """

    decision: Decision
    progresses: tuple[Progress, ...]
    contact: ContactView


def handle_message(
    message: InboundMessage,
    waiting: Sequence[tuple[CompiledFlow, Run]],
    active: Sequence[ActiveFlow],
    context: Context,
    *,
    run_id: str,
) -> Outcome:
    """Decide and advance. `run_id` is the id a newly started run gets. Store every progress in one transaction."""
    decision = decide(message, waiting, active, context)
    progresses = [_cancel(run, context) for _, run in waiting if run.id in decision.cancel]
    moved: Progress | None = None
    if decision.resume is not None:
        moved = advance(decision.resume.flow, decision.resume.run, decision.resume.input, context)
    elif decision.start is not None and decision.start_input is not None:
        flow = decision.start
        run = Run(run_id, flow.flow_id, flow.version_id, context.conversation_id)
        moved = advance(flow.compiled, run, decision.start_input, context)
    if moved is not None:
        progresses.append(moved)
    return Outcome(decision, tuple(progresses), moved.contact if moved else context.contact)


def resume_run(flow: CompiledFlow, run: Run, given: Input, context: Context) -> Progress:
    """Advance a waiting run whose timer, result or profile came. What it does not wait for changes nothing."""
    return advance(flow, run, given, context)


def _cancel(run: Run, context: Context) -> Progress:
    cancelled = replace(run, state="cancelled", waiting_for=None, wake_at=None, expires_at=None, updated_at=context.now)
    return Progress(cancelled, context.contact)
