"""Flows and what was published of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from instantchat.store.sql.tables import partial, table_of
from instantchat.store.sql.types import FreeText, JsonText, Moment


class FlowRow(SQLModel, table=True):
    """A flow's draft; `name_key` is the name without case, free again once `deleted_at` is set."""

    __tablename__ = "flows"
    __table_args__ = (
        partial("ux_flows_name", "workspace_id", "name_key", where="deleted_at IS NULL", unique=True),
        partial("ix_flows_changed", "workspace_id", "updated_at", "id", where="deleted_at IS NULL"),
        partial("ix_flows_active", "workspace_id", where="status = 'active' AND deleted_at IS NULL"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str
    name: str = Field(sa_type=FreeText)
    name_key: str = Field(sa_type=FreeText)
    category: str = Field(sa_type=FreeText)
    status: str
    priority: int
    reentry: Any = Field(sa_type=JsonText, nullable=False)
    graph: Any = Field(sa_type=JsonText, nullable=False)
    revision: int
    published_version: int | None
    created_at: dt.datetime = Field(sa_type=Moment)
    updated_at: dt.datetime = Field(sa_type=Moment)
    deleted_at: dt.datetime | None = Field(sa_type=Moment)


class FlowVersionRow(SQLModel, table=True):
    """A published version: never changes."""

    __tablename__ = "flow_versions"
    __table_args__ = (Index("ux_flow_versions_number", "flow_id", "number", unique=True),)

    id: str = Field(primary_key=True)
    flow_id: str
    workspace_id: str
    number: int
    name: str = Field(sa_type=FreeText)
    graph: Any = Field(sa_type=JsonText, nullable=False)
    author_id: str | None
    note: str = Field(sa_type=FreeText)
    created_at: dt.datetime = Field(sa_type=Moment)


flows = table_of(FlowRow)
versions = table_of(FlowVersionRow)
