"""Workspaces, people, sign-ins."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from instantchat.store.sql.tables import table_of
from instantchat.store.sql.types import FreeText, JsonText, Moment


class WorkspaceRow(SQLModel, table=True):
    """A tenant; its `workspace_id` is its id."""

    __tablename__ = "workspaces"

    workspace_id: str = Field(primary_key=True)
    name: str = Field(sa_type=FreeText)
    created_at: dt.datetime = Field(sa_type=Moment)


class UserRow(SQLModel, table=True):
    """A person; `email_key` is the address without case."""

    __tablename__ = "users"
    __table_args__ = (Index("ux_users_email", "email_key", unique=True), Index("ix_users_workspace", "workspace_id"))

    id: str = Field(primary_key=True)
    workspace_id: str
    role: str
    name: str = Field(sa_type=FreeText)
    email: str
    email_key: str
    password_hash: str
    avatar_url: str | None
    created_at: dt.datetime = Field(sa_type=Moment)


class SessionRow(SQLModel, table=True):
    """One sign-in; `rotated` holds the newest fingerprints that were replaced, so that their reuse is seen."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ux_sessions_cookie", "cookie_hash", unique=True), Index("ix_sessions_user", "user_id"))

    id: str = Field(primary_key=True)
    user_id: str
    workspace_id: str
    cookie_hash: str
    refresh_hash: str
    rotated: Any = Field(sa_type=JsonText, nullable=False)
    user_agent: str = Field(sa_type=FreeText)
    address: str
    created_at: dt.datetime = Field(sa_type=Moment)
    expires_at: dt.datetime = Field(sa_type=Moment)
    revoked_at: dt.datetime | None = Field(sa_type=Moment)


workspaces = table_of(WorkspaceRow)
users = table_of(UserRow)
sessions = table_of(SessionRow)
