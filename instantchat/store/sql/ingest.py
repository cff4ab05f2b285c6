"""Events come in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, literal_column, select

from instantchat.store import records as r
from instantchat.store.ports import Ingested
from instantchat.store.sql.dialect import insert, name_of
from instantchat.store.sql.rows import padded
from instantchat.store.sql.tables.accounts import accounts
from instantchat.store.sql.tables.queue import events

a = accounts.c
CONNECTED = select(a.ig_user_id, a.id, a.workspace_id).where(
    a.ig_user_id.in_(bindparam("ig_user_ids", expanding=True)), a.state != literal_column("'disconnected'")
)


def ingest(connection: Connection, new: Sequence[r.NewEvent]) -> list[Ingested]:
    """Store the new ones; two of one batch with the same key are told apart by the same index."""
    if not new:
        return []
    found = connection.execute(CONNECTED, {"ig_user_ids": padded(event.ig_user_id for event in new)})
    known = {ig_user_id: (account_id, workspace_id) for ig_user_id, account_id, workspace_id in found}
    rows = []
    for event in new:
        if event.ig_user_id in known:
            account_id, workspace_id = known[event.ig_user_id]
            rows.append((event, f"{account_id}:{event.igsid or ''}", workspace_id))
    stored = insert_events(connection, rows)
    return [
        "unknown_account" if event.ig_user_id not in known else "new" if event.id in stored else "duplicate"
        for event in new
    ]


def insert_events(connection: Connection, new: Sequence[tuple[r.NewEvent, str, str]]) -> set[str]:
    """Store events given with their lane and workspace; the ids of those whose natural key is new."""
    rows = [
        {
            "id": event.id,
            "workspace_id": workspace_id,
            "account_id": lane.split(":", 1)[0],
            "lane": lane,
            "kind": event.kind,
            "natural_key": event.natural_key,
            "payload": event.payload,
            "at": event.at,
            "received_at": event.received_at,
            "state": "pending",
            "attempts": 0,
        }
        for event, lane, workspace_id in new
    ]
    return set(connection.execute(_insert(name_of(connection)), rows).scalars()) if rows else set()


@cache
def _insert(dialect: str) -> Any:
    statement = insert(dialect, events).on_conflict_do_nothing(index_elements=["account_id", "natural_key"])
    return statement.returning(events.c.id)
