"""What people asked Meta to have deleted here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from instantchat.store.records.accounts import Account

DeletionState = Literal["received", "in_progress", "done"]


@dataclass(frozen=True, slots=True)
class Deletion:
    """A request to delete what is held about a person; nothing in it says who that was.

    `code` is what the person may look it up by, `request_key` what tells a repeated request from a new one, `rows` how
    many rows are gone so far.
    """

    code: str
    request_key: str
    state: DeletionState
    received_at: dt.datetime
    rows: int = 0
    done_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """One step of a deletion: how far it is now, and the accounts that went with this step."""

    deletion: Deletion
    accounts: list[Account]
