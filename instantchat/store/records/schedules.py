"""Flows that start by the clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """A `schedule` trigger of an active flow: trigger number `position` of node `node_id`.

    `spec` is whatever decides its moments, as text: while that stays, `next_at` does. A firing under way has
    `firing_at`, the moment it is for, and the `cursor` of the contacts that are left.
    """

    id: str
    workspace_id: str
    flow_id: str
    version_id: str
    node_id: str
    position: int
    spec: str
    next_at: dt.datetime
    firing_at: dt.datetime | None = None
    cursor: str | None = None
