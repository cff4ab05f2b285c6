"""What one advance did: the run as it is now, the effects to carry out, and the trace that explains it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .context import ContactView
from .effects import Effect, SendMessage
from .plain import plain
from .run import Run


@plain
class TraceStep:
    """One step at one node.

    `outcome` take went on by `exit`, enter into a sub-flow; wait, end and fail stopped here. `given` is what a waiting
    node was resumed with and `seconds` for how long it had waited, `values` what it looked at, `effects` what it asked
    for, `window` whether its messages could go out (`open`, `private_reply`, `not_open`, `closed`), `until` the moment
    it waits for. `warnings` are sentences (a missing value, a cut text), `error` what went wrong for the author or the
    contact. `version_id` is set in a sub-flow. Secrets are left out.
    """

    node_id: str
    type: str
    outcome: Literal["take", "enter", "wait", "end", "fail"]
    at: datetime
    exit: str | None = None
    note: str | None = None
    warnings: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    given: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0
    effects: tuple[dict[str, Any], ...] = ()
    window: str | None = None
    until: datetime | None = None
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The result of `advance`: store `run`, `effects` and `trace` in one transaction.

    `changes` are those of the effects that really changed the contact: a tag it had already is none. `unsent` are the
    messages that the messaging window kept back, for whoever tries a flow.
    """

    run: Run
    contact: ContactView
    effects: tuple[Effect, ...] = ()
    trace: tuple[TraceStep, ...] = ()
    changes: tuple[Effect, ...] = ()
    unsent: tuple[SendMessage, ...] = ()
