"""A run: one contact's way through one version of a flow, as stored between steps."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Any, Literal

from .plain import plain

RunState = Literal["running", "waiting", "completed", "failed", "cancelled"]
WaitingFor = Literal["reply", "time", "result", "profile"]


@plain
class RunError:
    """Why a run failed: a stable code (`step_limit`, `node_missing`) and a sentence."""

    code: str
    message: str
    node_id: str | None = None


@plain
class Run:
    """The whole state of a run.

    `node_id` is where it is; while waiting, the node that waits. `wake_at` is when a timer must resume it with
    `TimeUp` (None: never), `expires_at` when a wait for a reply or result gives up (then `wake_at` equals it).
    `steps` counts all steps so far, `burst` those since the last wait for a reply or a time (limit 100).
    `data` holds `message` (snapshot of the last inbound message), `response` (last API answer), `wait` (what the
    waiting node remembers), `pending` (further start nodes of a flow in the original format), `version` and `frames`
    (`engine/frames.py`: sub-flows), and in a comment's run `comment` (`{id, until, spent}`: its one private reply).
    """

    id: str
    flow_id: str
    version_id: str
    conversation_id: str
    state: RunState = "running"
    node_id: str | None = None
    waiting_for: WaitingFor | None = None
    wake_at: datetime | None = None
    expires_at: datetime | None = None
    steps: int = 0
    burst: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    error: RunError | None = None
    started_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Completed, failed or cancelled: nothing will ever resume it."""
        return self.state in ("completed", "failed", "cancelled")
