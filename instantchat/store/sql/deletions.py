"""What people asked to have deleted: their accounts are taken out of use at once, and emptied a bounded step at a time.

An account that waits for its end has `deleted:<code>` in place of both Instagram ids, so that it is found by the
request alone, and whoever connects the same Instagram account again gets a new one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, null, select, update

from instantchat.store import records as r
from instantchat.store.sql.accounts import of_person
from instantchat.store.sql.database import Database
from instantchat.store.sql.dialect import insert, is_new, name_of
from instantchat.store.sql.rows import ACCOUNTS, DELETIONS, chunked, padded
from instantchat.store.sql.tables.accounts import accounts
from instantchat.store.sql.tables.deletions import deletions
from instantchat.store.sql.tables.inbox import contacts, conversations, messages, notes
from instantchat.store.sql.tables.queue import events, leases, runs

REASON = "The owner asked Instagram to delete their data; it is being deleted."
PEOPLE_AT_ONCE = 50
d = deletions.c


class SqlDeletions:
    """`ports.DeletionStore` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def request(self, deletion: r.Deletion, ig_id: str) -> tuple[r.Deletion, list[r.Account]]:
        return await self._database.write(_request, deletion, ig_id)

    async def deletion(self, code: str) -> r.Deletion | None:
        return await self._database.read(DELETIONS.first, d.code == code)

    async def erase(self, now: dt.datetime, limit: int) -> r.Erased | None:
        return await self._database.write(_erase, now, limit)


def _request(connection: Connection, deletion: r.Deletion, ig_id: str) -> tuple[r.Deletion, list[r.Account]]:
    new = insert(name_of(connection), deletions).on_conflict_do_nothing(index_elements=["request_key"])
    if not is_new(connection, new, DELETIONS.values(deletion, workspace_id="")):
        known = DELETIONS.first(connection, d.request_key == deletion.request_key)
        assert known is not None  # noqa: S101 - requests are never deleted
        return known, []
    theirs = of_person(connection, ig_id, lock=True)
    if not theirs:
        return _move(connection, deletion, state="done", done_at=deletion.received_at), []
    t, mark = accounts.c, _mark(deletion)
    gone: dict[str, Any] = {"state": "disconnected", "state_reason": REASON, "ig_user_id": mark, "ig_scoped_id": mark}
    gone |= {"sealed_token": "", "token_expires_at": None, "refresh_at": None}
    connection.execute(update(accounts).where(t.id.in_(padded(one.id for one in theirs))).values(gone))
    return deletion, ACCOUNTS.build(connection.execute(ACCOUNTS.select().where(t.ig_user_id == mark)))


def _erase(connection: Connection, now: dt.datetime, limit: int) -> r.Erased | None:
    query = DELETIONS.select().where(d.done_at.is_(null())).order_by(d.received_at).limit(1)
    found = DELETIONS.build(connection.execute(query.with_for_update(skip_locked=True)))
    if not found:
        return None
    deletion, left = found[0], limit
    gone: list[r.Account] = []
    theirs = ACCOUNTS.select().where(accounts.c.ig_user_id == _mark(deletion))
    waiting = ACCOUNTS.build(connection.execute(theirs))
    for account in waiting:
        left -= _empty(connection, account.id, left)
        if left <= 0:
            break
        connection.execute(delete(accounts).where(accounts.c.id == account.id))
        gone.append(account)
    rows = deletion.rows + limit - left + len(gone)
    if len(gone) == len(waiting):
        return r.Erased(_move(connection, deletion, state="done", rows=rows, done_at=now), gone)
    return r.Erased(_move(connection, deletion, state="in_progress", rows=rows), gone)


def _empty(connection: Connection, account_id: str, limit: int) -> int:
    """Delete about `limit` rows of the account; fewer than that were deleted when there are no more."""
    left = limit - _delete_events(connection, account_id, limit)
    while left > 0:
        query = select(contacts.c.id, contacts.c.igsid).where(contacts.c.account_id == account_id)
        people = connection.execute(query.limit(PEOPLE_AT_ONCE)).all()
        if not people:
            break
        left -= _delete_people(connection, account_id, people, left)
    return limit - left


def _delete_events(connection: Connection, account_id: str, limit: int) -> int:
    """The lanes' leases too: who handles one of these events now can no longer store what came of it."""
    t = events.c
    found = connection.execute(select(t.id, t.lane).where(t.account_id == account_id).limit(limit)).all()
    _delete(connection, leases, leases.c.lane, {row.lane for row in found})
    _delete(connection, events, t.id, [row.id for row in found])
    return len(found)


def _delete_people(connection: Connection, account_id: str, people: Sequence[Any], limit: int) -> int:
    """What these people and the account said to each other, then the people."""
    lanes = [f"{account_id}:{person.igsid}" for person in people]
    threads = list(
        connection.execute(select(conversations.c.id).where(conversations.c.lane.in_(padded(lanes)))).scalars()
    )
    left = limit
    for table in (messages, runs, notes):
        if threads and left > 0:
            theirs = select(table.c.id).where(table.c.conversation_id.in_(padded(threads))).limit(left)
            ids = list(connection.execute(theirs).scalars())
            _delete(connection, table, table.c.id, ids)
            left -= len(ids)
    if left <= 0:
        return limit
    _delete(connection, leases, leases.c.lane, lanes)
    _delete(connection, conversations, conversations.c.id, threads)
    _delete(connection, contacts, contacts.c.id, [person.id for person in people])
    return limit - left + len(threads) + len(people)


def _delete(connection: Connection, table: Table, column: Any, ids: Any) -> None:
    for some in chunked(ids) if ids else ():
        connection.execute(delete(table).where(column.in_(some)))


def _move(connection: Connection, deletion: r.Deletion, **changes: Any) -> r.Deletion:
    connection.execute(update(deletions).where(d.code == deletion.code).values(**changes))
    return dataclasses.replace(deletion, **changes)


def _mark(deletion: r.Deletion) -> str:
    return f"deleted:{deletion.code}"
