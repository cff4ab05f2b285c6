"""When something becomes due next, and how much waits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal_column, or_, select

from instantchat.store.sql import candidates
from instantchat.store.sql.candidates import PENDING, QUEUED, WAITING, unleased
from instantchat.store.sql.dialect import NOW, name_of
from instantchat.store.sql.rows import padded
from instantchat.store.sql.tables.accounts import accounts
from instantchat.store.sql.tables.inbox import messages
from instantchat.store.sql.tables.queue import events, leases, runs

FIRST_RUN = (
    select(runs.c.due_at).where(runs.c.due_at.is_not(None), unleased(runs.c.lane)).order_by(runs.c.due_at).limit(1)
)
FIRST_CALL = select(func.min(runs.c.call_at)).where(runs.c.call_at.is_not(None))
FIRST_LEASE = select(func.min(leases.c.lease_until)).where(leases.c.lease_until > NOW)
FIRST_RETRY = select(func.min(events.c.not_before)).where(events.c.not_before > NOW)
FIRST_LATER = select(func.min(messages.c.not_before)).where(messages.c.not_before > NOW)
FIRST_CLAIM = select(func.min(messages.c.claim_until)).where(messages.c.claim_until.is_not(None))
SENDABLE = select(accounts.c.id).where(
    accounts.c.workspace_id == bindparam("workspace_id"),
    or_(accounts.c.state == literal_column("'ok'"), accounts.c.state == literal_column("'expiring'")),
)
WAITING_NOW = [
    select(func.count()).select_from(
        select(literal_column("1"))
        .select_from(table)
        .where(
            table.c.account_id.in_(bindparam("ids", expanding=True)),
            state,
            or_(table.c.not_before.is_(None), table.c.not_before <= NOW),
        )
        .limit(candidates.COUNT)
        .subquery()
    )
    for table, state in ((events, events.c.state == PENDING), (messages, messages.c.status == QUEUED))
]
FUTURE = (FIRST_RUN, FIRST_CALL, FIRST_LEASE, FIRST_RETRY, FIRST_LATER, FIRST_CLAIM)


def next_due(connection: Connection, now: dt.datetime) -> dt.datetime | None:
    """`now` when an event or message could be claimed at once; a lane someone handles counts from its lease's end."""
    if _some(connection, candidates.ACCOUNTS_PENDING, candidates.event_heads(name_of(connection)), now):
        return now
    if _some(connection, candidates.ACCOUNTS_QUEUED, candidates.message_heads(name_of(connection)), now):
        return now
    found = [connection.execute(query, {"now": now}).scalar() for query in FUTURE]
    return min((moment for moment in found if moment is not None), default=None)


def backlog(connection: Connection) -> dict[str, int]:
    """Counts from the partial indexes."""
    counts = {
        "events_pending": select(func.count()).where(events.c.state == PENDING),
        "sends_queued": select(func.count()).where(messages.c.status == QUEUED),
        "runs_waiting": select(func.count()).where(runs.c.state == WAITING),
    }
    return {name: connection.execute(query).scalar_one() for name, query in counts.items()}


def waiting(connection: Connection, workspace_id: str, now: dt.datetime, limit: int) -> int:
    """Events and messages of the workspace that are due, each up to `limit`."""
    ids = padded(connection.execute(SENDABLE, {"workspace_id": workspace_id}).scalars())
    given = {"ids": ids, "now": now, "count": limit}
    return sum(connection.execute(query, given).scalar_one() for query in WAITING_NOW)


def _some(connection: Connection, accounts: Any, heads: Any, now: dt.datetime) -> bool:
    waiting = list(connection.execute(accounts).scalars())
    given = {"accounts": padded(waiting), "count": 1, "now": now}
    return bool(waiting) and connection.execute(heads.limit(1), given).first() is not None
