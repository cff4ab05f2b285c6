"""The dashboard as the API shows it."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from instantchat.features.connect.schemas import AccountOut
from instantchat.features.wire import Wire

ConnectionState = Literal["none", "ok", "expiring", "restricted", "reauth_needed"]
StepId = Literal["connect", "create_flow", "activate_flow", "first_conversation"]


class Counts(Wire):
    """What happened in a time; all zero when nothing did."""

    messages_in: int = 0
    messages_out: int = 0
    runs: int = 0
    run_failures: int = 0
    send_failures: int = 0


class DayCounts(Counts):
    """What happened on one day (UTC)."""

    day: dt.date


class ConnectionOut(Wire):
    """The worst state of the connected accounts, in a sentence, and the accounts themselves."""

    state: ConnectionState
    message: str
    accounts: list[AccountOut]


class Step(Wire):
    """One thing a new workspace has to do once."""

    id: StepId
    title: str
    hint: str
    href: str
    done: bool


class DashboardOut(Wire):
    """Today, the last 14 days (oldest first, today last), the connection, and the way to the first reply.

    `nextStep` is the first step not done, null when all are.
    """

    today: Counts
    series: list[DayCounts]
    connection: ConnectionOut
    steps: list[Step]
    next_step: Step | None
    total_unread: int
