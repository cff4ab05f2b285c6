"""Connected Instagram accounts and the nonces of connecting them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from instantchat.store.sql.tables import partial, table_of
from instantchat.store.sql.types import FreeText, JsonText, Moment


class AccountRow(SQLModel, table=True):
    """An Instagram account; only one workspace holds a live connection to it."""

    __tablename__ = "accounts"
    __table_args__ = (
        partial("ux_accounts_live", "ig_user_id", where="state <> 'disconnected'", unique=True),
        Index("ix_accounts_ig_user", "ig_user_id"),
        Index("ix_accounts_ig_scoped", "ig_scoped_id"),
        partial("ix_accounts_refresh", "refresh_at", where="refresh_at IS NOT NULL"),
        partial("ix_accounts_reconcile", "reconcile_at", where="reconcile_at IS NOT NULL"),
        Index("ix_accounts_workspace", "workspace_id", "connected_at"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str
    user_id: str
    ig_user_id: str
    ig_scoped_id: str
    username: str
    name: str = Field(sa_type=FreeText)
    picture_url: str | None
    state: str
    sealed_token: str
    token_expires_at: dt.datetime | None = Field(sa_type=Moment)
    connected_at: dt.datetime = Field(sa_type=Moment)
    state_reason: str | None = Field(sa_type=FreeText)
    refresh_at: dt.datetime | None = Field(sa_type=Moment)
    scopes: str = Field(sa_column_kwargs={"server_default": ""})
    rules: Any = Field(sa_type=JsonText, nullable=False, sa_column_kwargs={"server_default": "{}"})
    reconcile_at: dt.datetime | None = Field(sa_type=Moment)
    reconciled_to: dt.datetime | None = Field(sa_type=Moment)
    found_at: dt.datetime | None = Field(sa_type=Moment)


class NonceRow(SQLModel, table=True):
    """A single-use OAuth nonce; it belongs to the workspace of its user."""

    __tablename__ = "oauth_nonces"
    __table_args__ = (Index("ix_oauth_nonces_expiry", "expires_at"),)

    nonce: str = Field(primary_key=True)
    workspace_id: str
    user_id: str
    expires_at: dt.datetime = Field(sa_type=Moment)


accounts = table_of(AccountRow)
nonces = table_of(NonceRow)
