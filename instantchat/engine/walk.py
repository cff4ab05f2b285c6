"""One walk of a run through its flow: visits, outcomes, effects and trace, until a wait or the end."""

from __future__ import annotations

from typing import Any

from .compiled import CompiledFlow
from .context import Context
from .effects import Effect
from .inputs import Input
from .node import End, Outcome, Take, WaitFor
from .progress import Progress, TraceStep
from .run import Run, RunError
from .visit import Visit

STEP_LIMIT = 100
UNCONNECTED = "Nothing is connected to this exit."


class Walk:
    """Mutable for the length of one `advance`; `go` and `resume` give the progress."""

    __slots__ = ("burst", "contact", "context", "data", "effects", "flow", "run", "steps", "trace")

    def __init__(self, flow: CompiledFlow, run: Run, context: Context, data: dict[str, Any]) -> None:
        self.flow = flow
        self.run = run
        self.context = context
        self.data = data
        self.contact = context.contact
        self.effects: list[Effect] = []
        self.trace: list[TraceStep] = []
        self.steps = run.steps
        self.burst = run.burst

    def go(self, node_id: str | None) -> Progress:
        """Enter nodes from `node_id` on (None: nothing to enter, the run is complete)."""
        while node_id is not None:
            node = self.flow.nodes.get(node_id)
            if node is None:
                return self._fail(node_id, "node_missing", "This node is no longer in the flow's version.")
            if self.burst >= STEP_LIMIT:
                return self._fail(node_id, "step_limit", f"The run took {STEP_LIMIT} steps without a wait.")
            self.steps += 1
            self.burst += 1
            visit = self._visit(node_id)
            outcome = node.enter(visit)
            self._note(node.type, visit, outcome)
            if isinstance(outcome, WaitFor):
                return self._wait(node_id, outcome)
            node_id = self._after(node_id, outcome)
        return self._finish()

    def resume(self, node_id: str | None, given: Input, memory: dict[str, Any]) -> Progress:
        """Give a waiting node what it waited for, then go on."""
        node = self.flow.nodes.get(node_id) if node_id is not None else None
        if node is None or node_id is None:
            return self._fail(node_id or "", "node_missing", "This node is no longer in the flow's version.")
        visit = self._visit(node_id)
        visit.memory = memory
        outcome = node.resume(visit, given)
        self._note(node.type, visit, outcome)
        if isinstance(outcome, WaitFor):
            return self._wait(node_id, outcome)
        return self.go(self._after(node_id, outcome))

    def _visit(self, node_id: str) -> Visit:
        return Visit(self.flow, self.run.id, node_id, self.context, self.contact, self.data, self.steps)

    def _after(self, node_id: str, outcome: Take | End) -> str | None:
        """Where to go next; a way that ended gives over to the next start of a flow in the original format."""
        if isinstance(outcome, Take):
            target = self.flow.edges.get(node_id, {}).get(outcome.exit)
            if target is not None:
                return target
        pending = self.data.get("pending")
        if not pending:
            return None
        self.data["pending"] = pending[1:]
        first: str = pending[0]
        return first

    def _note(self, type_name: str, visit: Visit, outcome: Outcome) -> None:
        for effect in outcome.effects:
            self.effects.append(effect)
            self.contact = effect.apply(self.contact)
        note = outcome.note
        exit_id = outcome.exit if isinstance(outcome, Take) else None
        error = None if isinstance(outcome, WaitFor) else outcome.error
        if exit_id is not None and note is None and not visit.is_connected(exit_id):
            note = UNCONNECTED
        step = TraceStep(
            visit.node_id,
            type_name,
            outcome.kind,
            self.context.now,
            exit_id,
            note,
            tuple(visit.warnings),
            visit.values,
            error,
        )
        self.trace.append(step)

    def _wait(self, node_id: str, outcome: WaitFor) -> Progress:
        if outcome.memory:
            self.data["wait"] = outcome.memory
        burst = self.burst if outcome.what == "result" else 0
        expires_at = None if outcome.what == "time" else outcome.until
        return self._progress(
            Run(
                **self._identity(),
                state="waiting",
                node_id=node_id,
                waiting_for=outcome.what,
                wake_at=outcome.until,
                expires_at=expires_at,
                burst=burst,
            )
        )

    def _finish(self) -> Progress:
        last = self.trace[-1].node_id if self.trace else self.run.node_id
        return self._progress(Run(**self._identity(), state="completed", node_id=last, burst=self.burst))

    def _fail(self, node_id: str, code: str, message: str) -> Progress:
        node = self.flow.nodes.get(node_id)
        self.trace.append(TraceStep(node_id, node.type if node else "", "fail", self.context.now, error=message))
        error = RunError(code, message, node_id)
        return self._progress(Run(**self._identity(), state="failed", node_id=node_id, burst=self.burst, error=error))

    def _identity(self) -> dict[str, Any]:
        run = self.run
        return {
            "id": run.id,
            "flow_id": run.flow_id,
            "version_id": run.version_id,
            "conversation_id": run.conversation_id,
            "steps": self.steps,
            "data": self.data,
            "started_at": run.started_at,
            "updated_at": self.context.now,
        }

    def _progress(self, run: Run) -> Progress:
        return Progress(run, self.contact, tuple(self.effects), tuple(self.trace))
