"""Flows, their versions, and what the worker needs of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from instantchat.store.records.base import Json

FlowStatus = Literal["draft", "active", "archived"]


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow's draft and its settings. `graph` is `{nodes, edges, viewport}` as React Flow writes it."""

    id: str
    workspace_id: str
    name: str
    category: str
    status: FlowStatus
    priority: int
    reentry: Json
    graph: Json
    revision: int
    published_version: int | None
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """What was published: immutable."""

    id: str
    flow_id: str
    workspace_id: str
    number: int
    name: str
    graph: Json
    author_id: str | None
    note: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class FlowHead:
    """What the worker needs of an active flow without its graph (fetch that by `version_id`, it never changes)."""

    flow_id: str
    version_id: str
    name: str
    priority: int
    reentry: Json
    created_at: dt.datetime
