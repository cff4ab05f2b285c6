"""What the runtime moves: events, runs, lane leases; and the daily counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Index, String
from sqlmodel import Field, SQLModel

from instantchat.store.sql.tables import only_when, partial, table_of
from instantchat.store.sql.types import FreeText, JsonText, Moment, Sequence64


class EventRow(SQLModel, table=True):
    """Something that happened; `seq` is the order of arrival, `not_before` when a retry is due, `pending_in` the lane
    while it is pending."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ux_events_id", "id", unique=True),
        Index("ux_events_natural", "account_id", "natural_key", unique=True),
        Index("ix_events_lane", "lane", "seq"),
        partial("ix_events_pending", "account_id", "seq", where="state = 'pending'"),
        partial("ix_events_pending_in", "pending_in", "seq", where="pending_in IS NOT NULL"),
        partial("ix_events_later", "not_before", where="not_before IS NOT NULL"),
        partial("ix_events_settled", "workspace_id", "received_at", "seq", "kind", where="state <> 'pending'"),
    )

    seq: int | None = Field(default=None, primary_key=True, sa_type=Sequence64)
    id: str
    workspace_id: str
    account_id: str
    lane: str
    kind: str
    natural_key: str = Field(sa_type=FreeText)
    payload: Any = Field(sa_type=JsonText, nullable=False)
    at: dt.datetime = Field(sa_type=Moment)
    received_at: dt.datetime = Field(sa_type=Moment)
    state: str
    attempts: int
    not_before: dt.datetime | None = Field(sa_type=Moment)
    handled_at: dt.datetime | None = Field(sa_type=Moment)
    decision: Any = Field(sa_type=JsonText, nullable=True)
    error: str | None = Field(sa_type=FreeText)
    pending_in: str | None = Field(sa_column=only_when("state = 'pending'", "lane", String()))


class RunRow(SQLModel, table=True):
    """A run of a flow version; the waiting ones are the queue of timers (`due_at`) and of API calls (`call_at`)."""

    __tablename__ = "runs"
    __table_args__ = (
        Index("ix_runs_conversation", "conversation_id", "started_at", "id"),
        partial("ix_runs_waiting_lane", "lane", where="state = 'waiting'"),
        partial("ix_runs_due", "due_at", where="due_at IS NOT NULL"),
        partial("ix_runs_calls", "call_at", where="call_at IS NOT NULL"),
        partial("ix_runs_over", "updated_at", where="state <> 'running' AND state <> 'waiting'"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str
    conversation_id: str
    lane: str
    flow_id: str
    version_id: str
    state: str
    waiting_for: str | None
    wake_at: dt.datetime | None = Field(sa_type=Moment)
    rev: int
    data: Any = Field(sa_type=JsonText, nullable=False)
    trace: Any = Field(sa_type=JsonText, nullable=False)
    event_id: str | None
    error: str | None = Field(sa_type=FreeText)
    started_at: dt.datetime = Field(sa_type=Moment)
    updated_at: dt.datetime = Field(sa_type=Moment)
    due_at: dt.datetime | None = Field(
        sa_column=only_when("state = 'waiting' AND waiting_for <> 'result'", "wake_at", Moment())
    )
    call_at: dt.datetime | None = Field(
        sa_column=only_when("state = 'waiting' AND waiting_for = 'result'", "wake_at", Moment())
    )


class LaneLeaseRow(SQLModel, table=True):
    """Who handles a lane now; gone when nobody does."""

    __tablename__ = "lane_leases"
    __table_args__ = (Index("ix_lane_leases_until", "lease_until"),)

    lane: str = Field(primary_key=True)
    workspace_id: str
    owner: str
    lease_until: dt.datetime = Field(sa_type=Moment)


class DailyCountRow(SQLModel, table=True):
    """How often something happened in a workspace on a UTC day (ISO date)."""

    __tablename__ = "daily_counts"

    workspace_id: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    count: int


events = table_of(EventRow)
runs = table_of(RunRow)
leases = table_of(LaneLeaseRow)
daily_counts = table_of(DailyCountRow)
