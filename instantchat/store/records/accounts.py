"""Connected Instagram accounts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from instantchat.store.records.base import Json

AccountState = Literal["ok", "expiring", "reauth_needed", "restricted", "disconnected"]


@dataclass(frozen=True, slots=True)
class Account:
    """A connected Instagram professional account; `sealed_token` is ciphertext of `kit.crypto.Vault`."""

    id: str
    workspace_id: str
    user_id: str
    ig_user_id: str
    ig_scoped_id: str
    username: str
    name: str
    picture_url: str | None
    state: AccountState
    sealed_token: str = field(repr=False)
    token_expires_at: dt.datetime | None
    connected_at: dt.datetime
    state_reason: str | None = None
    refresh_at: dt.datetime | None = None
    """When the token is to be refreshed next; None while there is nothing to refresh."""
    scopes: str = ""
    """What the owner allowed, with spaces between; empty for accounts connected before this was kept."""
    rules: Json = field(default_factory=dict)
    """What the workspace decided for this account, as `runtime.rules.Rules` writes it; connecting again keeps it."""
    reconcile_at: dt.datetime | None = None
    """When conversations and comments are read next for what webhooks missed; None while that is switched off."""
    reconciled_to: dt.datetime | None = None
    """Nothing before this moment is looked for any more; None before the first time."""
    found_at: dt.datetime | None = None
    """When that last found something."""
