"""A decision: what an inbound event led to and why, kept with the event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .flow import CompiledFlow
from .inputs import Input, Start
from .plain import plain, to_json
from .run import Run


@plain
class Reentry:
    """May a flow start again for the same contact? `hours` belongs to `every`."""

    mode: Literal["always", "ignore_running", "once", "every"] = "always"
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class ActiveFlow:
    """A published version that listens. The host keeps these per account."""

    flow_id: str
    version_id: str
    name: str
    compiled: CompiledFlow
    created_at: datetime
    priority: int = 0
    reentry: Reentry = field(default_factory=Reentry)

    def keeps_starts(self) -> bool:
        """Whether somebody asks when it last started for a contact: its reentry policy, or a trigger."""
        return self.reentry.mode in ("once", "every") or any(
            each.trigger.once_per() is not None for each in self.compiled.listeners
        )


@plain
class Verdict:
    """Why one flow did or did not run: `reason` is a code, `detail` the sentence, `values` what was compared.

    `matched` means a trigger matched; `chosen` that this flow started.
    """

    flow_id: str
    name: str
    matched: bool
    reason: str
    detail: str
    chosen: bool = False
    trigger: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resume:
    """A waiting run this event moves on."""

    flow: CompiledFlow
    run: Run
    input: Input


@dataclass(frozen=True, slots=True)
class Decision:
    """At most one of `resume` and `start` is set. `cancel` holds ids of waiting runs the start replaces.

    `reason`: tap, reply, trigger, named (the event names its flow: an API call, a schedule, another flow's step),
    stop (a stop word: every waiting run ends) or none. `started_run_id`: the run it started. `ended_run_id`: the run
    whose quick reply or button was tapped, when it no longer waits for that: it is over, or was cancelled.
    """

    reason: Literal["tap", "reply", "trigger", "named", "stop", "none"]
    resume: Resume | None = None
    start: ActiveFlow | None = None
    start_input: Start | None = None
    cancel: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    ended_run_id: str | None = None
    started_run_id: str | None = None

    def record(self) -> dict[str, Any]:
        """The JSON kept with the event, its keys those of below; `verdicts` is a list, one each flow that was asked."""
        return {
            "reason": self.reason,
            "resumedRunId": self.resume.run.id if self.resume else None,
            "endedRunId": self.ended_run_id,
            "startedFlowId": self.start.flow_id if self.start else None,
            "startedRunId": self.started_run_id,
            "cancelledRunIds": list(self.cancel),
            "verdicts": [to_json(verdict) for verdict in self.verdicts],
        }
