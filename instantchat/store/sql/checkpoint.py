"""What the handling of lanes changed is stored, all lanes of a batch in one transaction."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from instantchat.store import records as r
from instantchat.store.sql import forgetting, writing
from instantchat.store.sql.activity import add_counts
from instantchat.store.sql.rows import padded
from instantchat.store.sql.tables.queue import leases, runs
from instantchat.store.sql.work import release

LEASES = (
    select(leases.c.lane, leases.c.owner, leases.c.workspace_id)
    .where(leases.c.lane.in_(bindparam("lanes", expanding=True)))
    .order_by(leases.c.lane)
    .with_for_update()
)
REVISIONS = select(runs.c.id, runs.c.rev).where(runs.c.id.in_(bindparam("ids", expanding=True))).with_for_update()


def store(connection: Connection, checkpoints: Sequence[r.Checkpoint], now: dt.datetime) -> list[bool]:
    """Whether each was stored: its lease is still its owner's and its runs are as it knew them. A lane whose runs were
    changed elsewhere is released, to be read and handled again.

    Conversations are written before messages, as `claim_sends` locks them first.
    """
    held = _held(connection, checkpoints)
    owned = [one for one in checkpoints if one.lane in held and held[one.lane][0] == one.owner]
    kept = _with_current_runs(connection, owned)
    if kept:
        writing.write_events(connection, kept, now)
        writing.write_contacts(connection, kept)
        arrived = writing.new_messages(connection, kept)
        writing.write_conversations(connection, kept, arrived)
        writing.write_assignees(connection, kept, now)
        writing.write_statuses(connection, kept, now)
        taken_back = forgetting.said(connection, kept)
        writing.write_messages(connection, kept, arrived)
        writing.write_runs(connection, kept)
        forgetting.forget(connection, taken_back, [event_id for one in kept for event_id in one.forgotten])
        writing.write_notes(connection, kept)
        _count(connection, kept, held, now)
    if owned:
        release(connection, {one.lane for one in owned})
    stored = {id(one) for one in kept}
    return [id(one) in stored for one in checkpoints]


def _held(connection: Connection, checkpoints: Sequence[r.Checkpoint]) -> dict[str, tuple[str, str]]:
    found = connection.execute(LEASES, {"lanes": padded(one.lane for one in checkpoints)})
    return {lane: (owner, workspace_id) for lane, owner, workspace_id in found}


def _with_current_runs(connection: Connection, checkpoints: Sequence[r.Checkpoint]) -> list[r.Checkpoint]:
    """Those whose updated runs have the revision before."""
    ids = [run.id for one in checkpoints for run in one.runs if run.rev]
    if not ids:
        return list(checkpoints)
    found = connection.execute(REVISIONS, {"ids": padded(ids)})
    revisions: dict[str, int] = {run_id: rev for run_id, rev in found}  # noqa: C416 - rows are no tuples to mypy
    return [one for one in checkpoints if all(not run.rev or revisions.get(run.id) == run.rev - 1 for run in one.runs)]


def _count(
    connection: Connection,
    checkpoints: Sequence[r.Checkpoint],
    held: dict[str, tuple[str, str]],
    now: dt.datetime,
) -> None:
    totals: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in checkpoints:
        for metric, count in one.counts.items():
            totals[held[one.lane][1]][metric] += count
    add_counts(connection, now.date(), totals)
