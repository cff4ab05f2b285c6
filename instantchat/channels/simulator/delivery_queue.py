"""The queue of webhooks: a table, written in the transaction of what they tell about."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

LOOK_AHEAD = 64
_KEPT = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook on its way; those of one `lane` go one after the other."""

    id: int
    lane: str
    kind: str
    body: bytes
    attempts: int
    created_at: float
    next_at: float
    signer: str

    def told(self, state: str, attempts: int, status: int | None, error: str | None) -> dict[str, Any]:
        """What became of it, as `recent` lists it."""
        about = {"id": self.id, "kind": self.kind, "state": state, "attempts": attempts}
        return {**about, "status": status, "error": error, "at": self.created_at}


def enqueue(
    connection: sqlite3.Connection,
    lane: str,
    kind: str,
    body: bytes,
    now: float,
    due: float | None = None,
    *,
    signer: str = "instagram",
) -> int:
    """Put a webhook in the queue, not to be delivered before `due`; its id. `signer`: whose secret signs it."""
    cursor = connection.execute(
        "INSERT INTO deliveries (lane, kind, body, next_at, created_at, signer) VALUES (?, ?, ?, ?, ?, ?)",
        (lane, kind, body, now if due is None else due, now, signer),
    )
    return int(cursor.lastrowid or 0)


def recent(connection: sqlite3.Connection, limit: int = 50) -> list[dict[str, Any]]:
    """The last deliveries, newest first: `{id, kind, state, attempts, status, error, at}`."""
    rows = connection.execute(
        "SELECT id, kind, state, attempts, status, error, created_at AS at FROM deliveries ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    return [dict(row) for row in rows]


def body(connection: sqlite3.Connection, delivery_id: int) -> bytes | None:
    """What is or was delivered."""
    row = connection.execute("SELECT body FROM deliveries WHERE id = ?", (delivery_id,)).fetchone()
    return bytes(row["body"]) if row else None


def waiting(
    connection: sqlite3.Connection, busy: tuple[str, ...], now: float, *, newest_first: bool = False
) -> list[Delivery]:
    """Pending deliveries of lanes that are not busy, most urgent first; `newest_first`: of those due, the newest."""
    marks = ",".join("?" * len(busy))
    due, order = (" AND next_at <= ?", "id DESC") if newest_first else ("", "next_at, id")
    rows = connection.execute(
        "SELECT id, lane, kind, body, attempts, created_at, next_at, signer FROM deliveries"  # noqa: S608 - marks and constants
        f" WHERE state = 'pending' AND lane NOT IN ({marks}){due} ORDER BY {order} LIMIT {LOOK_AHEAD}",
        (*busy, now) if newest_first else busy,
    )
    return [Delivery(*tuple(row)) for row in rows]


def record(
    connection: sqlite3.Connection,
    delivery: Delivery,
    state: str,
    attempts: int,
    next_at: float,
    status: int | None,
    error: str | None,
) -> None:
    """What became of an attempt; finished ones are kept for a while."""
    connection.execute(
        "UPDATE deliveries SET state = ?, attempts = ?, next_at = ?, status = ?, error = ? WHERE id = ?",
        (state, attempts, next_at, status, error, delivery.id),
    )
    connection.execute("DELETE FROM deliveries WHERE state <> 'pending' AND id <= ?", (delivery.id - _KEPT,))


def make_due(connection: sqlite3.Connection) -> None:
    """Every waiting delivery is due at once."""
    connection.execute("UPDATE deliveries SET next_at = 0 WHERE state = 'pending'")
