"""Lanes are claimed, with all that handling them needs, in a fixed number of queries whatever the batch."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete

from instantchat.store import records as r
from instantchat.store.sql import candidates
from instantchat.store.sql.dialect import NOW, insert, name_of
from instantchat.store.sql.loading import load
from instantchat.store.sql.rows import in_turns, padded
from instantchat.store.sql.tables.queue import leases

RELEASE = delete(leases).where(leases.c.lane.in_(bindparam("lanes", expanding=True)))


def claim_work(connection: Connection, owner: str, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.Work]:
    """Lease lanes, then read them."""
    lanes = _lease(connection, _candidates(connection, now, limit), owner, now, until)
    if not lanes:
        return []
    work = load(connection, lanes, now)
    idle = set(lanes) - {one.lane for one in work}
    if idle:  # another process finished them between the look and the lease
        release(connection, idle)
    return work


def release(connection: Connection, lanes: set[str]) -> None:
    """Give leases back that this transaction holds."""
    connection.execute(RELEASE, {"lanes": padded(lanes)})


def _candidates(connection: Connection, now: dt.datetime, limit: int) -> dict[str, str]:
    """Workspace by lane, in the order of claiming: due runs take turns with the accounts that have events."""
    waiting = list(connection.execute(candidates.ACCOUNTS_PENDING).scalars())
    heads: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    if waiting:
        count = max(1, min(limit, 4 * limit // len(waiting)))
        given = {"accounts": padded(waiting), "count": count, "now": now}
        for account_id, workspace_id, lane, seq in connection.execute(
            candidates.event_heads(name_of(connection)), given
        ):
            heads[account_id].append((seq, lane, workspace_id))
    groups = [[(lane, workspace_id) for _, lane, workspace_id in sorted(group)] for group in _by_age(heads)]
    due = [
        (lane, workspace_id)
        for lane, workspace_id in connection.execute(candidates.DUE_RUNS, {"now": now, "count": limit})
    ]
    return dict(in_turns([due, *groups], limit))


def _by_age(heads: dict[str, list[tuple[int, str, str]]]) -> list[list[tuple[int, str, str]]]:
    return sorted(heads.values(), key=min)


def _lease(
    connection: Connection, found: dict[str, str], owner: str, now: dt.datetime, until: dt.datetime
) -> list[str]:
    """The lanes that could be leased, in the order of `found`; sorted in the statement: claims must not deadlock."""
    if not found:
        return []
    rows = [
        {"lane": lane, "workspace_id": workspace_id, "owner": owner, "lease_until": until, "now": now}
        for lane, workspace_id in sorted(found.items())
    ]
    taken = set(connection.execute(_take(name_of(connection)), rows).scalars())
    return [lane for lane in found if lane in taken]


@cache
def _take(dialect: str) -> Any:
    statement = insert(dialect, leases)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["lane"],
        set_={"owner": new.owner, "lease_until": new.lease_until, "workspace_id": new.workspace_id},
        where=leases.c.lease_until <= NOW,
    ).returning(leases.c.lane)
