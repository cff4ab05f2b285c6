"""Flows that start by the clock."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from instantchat.store.sql.tables import table_of
from instantchat.store.sql.types import FreeText, Moment


class ScheduleRow(SQLModel, table=True):
    """A schedule; `due_at` is when it can be claimed: its next moment, at once while it fires, or when the lease of
    `lease_owner` ends."""

    __tablename__ = "schedules"
    __table_args__ = (
        Index("ux_schedules_trigger", "flow_id", "node_id", "position", unique=True),
        Index("ix_schedules_due", "due_at"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str
    flow_id: str
    version_id: str
    node_id: str = Field(sa_type=FreeText)
    position: int
    spec: str = Field(sa_type=FreeText)
    next_at: dt.datetime = Field(sa_type=Moment)
    firing_at: dt.datetime | None = Field(sa_type=Moment)
    cursor: str | None
    due_at: dt.datetime = Field(sa_type=Moment)
    lease_owner: str | None


schedules = table_of(ScheduleRow)
