"""What people asked Meta to have deleted here."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from instantchat.store.sql.tables import partial, table_of
from instantchat.store.sql.types import Moment


class DeletionRow(SQLModel, table=True):
    """A request and how far it is; it belongs to the person and so to no workspace, and outlives those it was about."""

    __tablename__ = "data_deletions"
    __table_args__ = (partial("ix_data_deletions_open", "received_at", where="done_at IS NULL"),)

    code: str = Field(primary_key=True)
    workspace_id: str = ""
    request_key: str = Field(unique=True)
    state: str
    received_at: dt.datetime = Field(sa_type=Moment)
    rows: int
    done_at: dt.datetime | None = Field(sa_type=Moment)


deletions = table_of(DeletionRow)
