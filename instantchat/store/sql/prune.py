"""What is over for long is deleted, a bounded number of rows at a time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BindParameter, ColumnClause, Connection, bindparam, delete, func, literal_column, select

from instantchat.store.sql.candidates import COUNT, PENDING, WAITING, plain
from instantchat.store.sql.rows import chunked
from instantchat.store.sql.tables.queue import events, runs
from instantchat.store.sql.types import Moment

e, t = events.c, runs.c
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
BEFORE = bindparam("before", type_=Moment)
RUNNING: ColumnClause[str] = literal_column("'running'")
OVER = (
    select(t.id)
    .where(t.state != RUNNING, t.state != WAITING, t.updated_at < BEFORE)
    .order_by(t.updated_at)
    .limit(COUNT)
    .with_for_update(skip_locked=True)
)
SETTLED = (
    select(e.id)
    .where(e.seq <= bindparam("horizon"), e.received_at < BEFORE, plain(e.state) != PENDING)
    .order_by(e.seq)
    .limit(COUNT)
    .with_for_update(skip_locked=True)
)
FIRST = select(func.min(e.seq))
LAST = select(func.max(e.seq))
FOLLOWING = select(e.seq, e.received_at).where(e.seq >= bindparam("seq")).order_by(e.seq).limit(1)


def prune(connection: Connection, before: dt.datetime, limit: int) -> int:
    """Runs first, then events."""
    old_runs = list(connection.execute(OVER, {"before": before, "count": limit}).scalars())
    given = {"before": before, "count": limit - len(old_runs), "horizon": _horizon(connection, before)}
    old_events = list(connection.execute(SETTLED, given).scalars())
    for table, old in ((runs, old_runs), (events, old_events)):
        for ids in chunked(old):
            connection.execute(delete(table).where(table.c.id.in_(IDS)), {"ids": ids})
    return len(old_runs) + len(old_events)


def _horizon(connection: Connection, before: dt.datetime) -> int:
    """About the first `seq` received since `before`, or the last there is, found by halving: events are stored as they
    are received, so that their age needs no index of its own."""
    low: int = connection.execute(FIRST).scalar() or 0
    high: int = connection.execute(LAST).scalar() or 0
    while low < high:
        middle = (low + high) // 2
        found = connection.execute(FOLLOWING, {"seq": middle}).first()
        if found is None or found.received_at >= before:
            high = middle
        else:
            low = found.seq + 1
    return low
