"""People, their sign-ins."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["owner", "admin", "agent", "viewer"]


@dataclass(frozen=True, slots=True)
class User:
    """A person with a login; `workspace_id` and `role` are their one membership."""

    id: str
    workspace_id: str
    role: Role
    name: str
    email: str
    password_hash: str = field(repr=False)
    avatar_url: str | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in: the family of its refresh tokens, and its browser cookie. Only fingerprints are kept."""

    id: str
    user_id: str
    workspace_id: str
    cookie_hash: str = field(repr=False)
    refresh_hash: str = field(repr=False)
    user_agent: str
    address: str
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None = None
