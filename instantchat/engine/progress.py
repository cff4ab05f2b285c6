"""What one advance did: the run as it is now, the effects to carry out, and the trace that explains it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .context import ContactView
from .effects import Effect
from .plain import plain
from .run import Run


@plain
class TraceStep:
    """One step at one node.

    `outcome` take went on by `exit`; wait, end and fail stopped here. `warnings` are sentences (a missing value,
    a cut text), `values` what the node looked at, `error` what went wrong for the author or the contact.
    """

    node_id: str
    type: str
    outcome: Literal["take", "wait", "end", "fail"]
    at: datetime
    exit: str | None = None
    note: str | None = None
    warnings: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The result of `advance`: store `run`, `effects` and `trace` in one transaction."""

    run: Run
    contact: ContactView
    effects: tuple[Effect, ...] = ()
    trace: tuple[TraceStep, ...] = ()
