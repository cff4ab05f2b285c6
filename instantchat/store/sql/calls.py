"""API calls of runs: due runs that wait for a result are leased by moving their `wake_at` to the lease's end."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, bindparam, update

from instantchat.store import records as r
from instantchat.store.sql.candidates import DUE_CALLS, plain
from instantchat.store.sql.ingest import insert_events
from instantchat.store.sql.rows import RUNS, padded
from instantchat.store.sql.tables.queue import runs

t = runs.c
LEASE = (
    update(runs)
    .where(t.id.in_(bindparam("ids", expanding=True)), plain(t.waiting_for) == "result")
    .values(wake_at=bindparam("until"))
    .returning(*RUNS.columns)
)


def claim_calls(connection: Connection, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.RunRecord]:
    """Runs whose call nobody makes now, the longest due first."""
    ids = list(connection.execute(DUE_CALLS, {"now": now, "count": limit}).scalars())
    if not ids:
        return []
    found = {run.id: run for run in RUNS.build(connection.execute(LEASE, {"ids": padded(ids), "until": until}))}
    return [found[run_id] for run_id in ids if run_id in found]


def add_result(connection: Connection, run: r.RunRecord, event: r.NewEvent) -> bool:
    """Store the result where the run still waits for it; the event belongs to the lane of the run."""
    waits = (t.id == run.id, t.rev == run.rev, plain(t.state) == "waiting", plain(t.waiting_for) == "result")
    if not connection.execute(update(runs).where(*waits, t.wake_at.is_not(None)).values(wake_at=None)).rowcount:
        return False
    return bool(insert_events(connection, [(event, run.lane, run.workspace_id)]))
