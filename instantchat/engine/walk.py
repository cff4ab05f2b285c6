"""One walk of a run through its flow: visits, outcomes, effects and trace, until a wait or the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from . import frames
from .compiled import CompiledFlow
from .context import Context
from .effects import Effect, FetchProfile, SendMessage
from .gate import pass_gate
from .inputs import Input
from .node import End, EnterFlow, Node, Outcome, Take, WaitFor
from .progress import Progress, TraceStep
from .run import Run, RunError
from .visit import Visit
from .window import Gate

STEP_LIMIT = 100
PROFILE_PATIENCE = timedelta(seconds=2)
UNCONNECTED = "Nothing is connected to this exit."
_NO_FLOW = "There is no active flow {!r} to go through."
_NO_BEGINNING = "The flow {!r} has no beginning."


class Walk:
    """Mutable for the length of one `advance`; `go` and `resume` give the progress."""

    __slots__ = (
        "burst",
        "changes",
        "contact",
        "context",
        "data",
        "effects",
        "flow",
        "root",
        "run",
        "steps",
        "trace",
        "unsent",
    )

    def __init__(self, root: CompiledFlow, run: Run, context: Context, data: dict[str, Any]) -> None:
        self.root = root
        self.flow = frames.current_flow(root, data, context.library)
        self.run = run
        self.context = context
        self.data = data
        self.contact = context.contact
        self.effects: list[Effect] = []
        self.changes: list[Effect] = []
        self.unsent: list[SendMessage] = []
        self.trace: list[TraceStep] = []
        self.steps = run.steps
        self.burst = run.burst

    def go(self, node_id: str | None) -> Progress:
        """Enter nodes from `node_id` on (None: nothing to enter, the run is complete)."""
        while node_id is not None:
            node = self._node(node_id)
            if isinstance(node, Progress):
                return node
            if self.burst >= STEP_LIMIT:
                return self._fail(node_id, "step_limit", f"The run took {STEP_LIMIT} steps without a wait.")
            self.steps += 1
            self.burst += 1
            visit = self._visit(node_id)
            outcome = self._settle(node, visit, node.enter(visit))
            if isinstance(outcome, WaitFor):
                return self._wait(node_id, outcome)
            if isinstance(outcome, EnterFlow) and frames.depth(self.data) >= frames.DEPTH_LIMIT:
                message = f"Sub-flows go {frames.DEPTH_LIMIT} deep at most."
                return self._fail(node_id, "subflow_depth", message)
            node_id = self._after(node_id, outcome)
            if isinstance(outcome, EnterFlow) and self.wants_profile():
                return self.await_profile(node_id)
        return self._finish()

    def resume(self, node_id: str | None, given: Input, memory: dict[str, Any]) -> Progress:
        """Give a waiting node what it waited for, then go on."""
        node = self._node(node_id or "")
        if isinstance(node, Progress) or node_id is None:
            return node if isinstance(node, Progress) else self._finish()
        visit = self._visit(node_id)
        visit.memory = memory
        outcome = self._settle(node, visit, node.resume(visit, given), given)
        if isinstance(outcome, WaitFor):
            return self._wait(node_id, outcome)
        return self.go(self._after(node_id, outcome))

    def end(self, node_id: str, given: Input, note: str) -> Progress:
        """Give up waiting at a node: its way ends."""
        node = self._node(node_id)
        if isinstance(node, Progress):
            return node
        outcome = End(note=note)
        self._note(node, self._visit(node_id), outcome, None, given)
        return self.go(self._after(node_id, outcome))

    def wants_profile(self) -> bool:
        """Whether the flow the run is in now reads a profile that nobody asked for yet."""
        is_unknown = not self.contact.profile_known and "profileAsked" not in self.data
        return is_unknown and self.flow is not None and self.flow.reads_profile

    def await_profile(self, node_id: str | None) -> Progress:
        """Ask for the profile, to go on at `node_id` with it or without it, two seconds from now at the latest."""
        self.data["profileAsked"] = True
        self.effects.append(FetchProfile())
        until = self.context.now + PROFILE_PATIENCE
        run = Run(**self._identity(), state="waiting", node_id=node_id, waiting_for="profile", wake_at=until)
        return self._progress(replace(run, expires_at=until, burst=self.burst))

    def _node(self, node_id: str) -> Node | Progress:
        """The node, or the progress of a run that cannot go on without it."""
        if self.flow is None:
            return self._fail(node_id, "version_missing", "The version of the sub-flow can no longer be read.")
        node = self.flow.nodes.get(node_id)
        if node is None:
            return self._fail(node_id, "node_missing", "This node is no longer in the flow's version.")
        return node

    def _visit(self, node_id: str) -> Visit:
        flow = self.flow or self.root
        return Visit(flow, self.run.id, node_id, self.context, self.contact, self.data, self.steps)

    def _settle(self, node: Node, visit: Visit, outcome: Outcome, given: Input | None = None) -> Outcome:
        """The outcome as the messaging window and the library let it be, noted down."""
        if isinstance(outcome, EnterFlow):
            outcome = self._findable(outcome)
        passed = pass_gate(outcome, self.data, self.context)
        if passed.warning:
            visit.warnings.append(passed.warning)
        self.unsent.extend(passed.unsent)
        self._note(node, visit, passed.outcome, passed.gate, given)
        return passed.outcome

    def _findable(self, outcome: EnterFlow) -> EnterFlow | Take:
        found = self.context.library.find(outcome.flow)
        if found is None:
            return Take(outcome.exit, outcome.effects, outcome.note, _NO_FLOW.format(outcome.flow[:80]))
        if found.compiled.entry() is None:
            return Take(outcome.exit, outcome.effects, outcome.note, _NO_BEGINNING.format(found.name))
        return outcome

    def _after(self, node_id: str, outcome: Take | End | EnterFlow) -> str | None:
        """Where to go next. A way that ended gives over to the next start of a flow in the original format, then to the
        flow that entered this one."""
        if isinstance(outcome, EnterFlow):
            return self._into(node_id, outcome)
        if isinstance(outcome, End) and outcome.whole:
            frames.leave_all(self.data)
            return None
        target = self._target(node_id, outcome.exit) if isinstance(outcome, Take) else None
        while target is None:
            pending = self.data.pop("pending", None)
            if pending:
                target = pending[0]
                if len(pending) > 1:
                    self.data["pending"] = pending[1:]
                break
            back = frames.pop(self.data)
            if back is None:
                return None
            self.flow = frames.current_flow(self.root, self.data, self.context.library)
            target = self._target(*back)
        return target

    def _target(self, node_id: str, exit_id: str) -> str | None:
        return self.flow.edges.get(node_id, {}).get(exit_id) if self.flow is not None else None

    def _into(self, node_id: str, outcome: EnterFlow) -> str | None:
        found = self.context.library.find(outcome.flow)
        if found is None:
            return None
        frames.push(self.data, found.version_id, node_id, outcome.exit)
        self.flow = found.compiled
        if self.flow.starts[1:]:
            self.data["pending"] = list(self.flow.starts[1:])
        return self.flow.entry()

    def _note(self, node: Node, visit: Visit, outcome: Outcome, gate: Gate | None, given: Input | None) -> None:
        for effect in outcome.effects:
            self.effects.append(effect)
            before, self.contact = self.contact, effect.apply(self.contact)
            if self.contact is not before:
                self.changes.append(effect)
        note = outcome.note
        exit_id = outcome.exit if isinstance(outcome, Take) else None
        if exit_id is not None and note is None and not visit.is_connected(exit_id):
            note = UNCONNECTED
        step = TraceStep(
            visit.node_id,
            node.type,
            outcome.kind,
            self.context.now,
            exit_id,
            note,
            tuple(visit.warnings),
            visit.values,
            outcome.error if isinstance(outcome, Take | End) else None,
            given.told() if given is not None else {},
            self._waited() if given is not None else 0,
            tuple(effect.told() for effect in outcome.effects),
            gate.value if gate is not None else None,
            outcome.until if isinstance(outcome, WaitFor) else None,
            visit.version_id,
        )
        self.trace.append(step)

    def _waited(self) -> float:
        since = self.run.updated_at or self.context.now
        return round(max(0.0, (self.context.now - since).total_seconds()), 3)

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
        node = self.flow.nodes.get(node_id) if self.flow is not None else None
        step = TraceStep(node_id, node.type if node else "", "fail", self.context.now, error=message)
        self.trace.append(replace(step, version_id=frames.current_version(self.data)))
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
        effects, trace, changes = tuple(self.effects), tuple(self.trace), tuple(self.changes)
        return Progress(run, self.contact, effects, trace, changes, tuple(self.unsent))
