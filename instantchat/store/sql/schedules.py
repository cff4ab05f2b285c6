"""When flows start by the clock: a claim moves `due_at` to the lease's end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, literal_column, select, update

from instantchat.store import records as r
from instantchat.store.sql.candidates import COUNT
from instantchat.store.sql.cursors import newer, write_cursor
from instantchat.store.sql.database import Database
from instantchat.store.sql.dialect import NOW
from instantchat.store.sql.rows import CONTACTS, SCHEDULES, padded
from instantchat.store.sql.tables.accounts import accounts
from instantchat.store.sql.tables.inbox import contacts, conversations
from instantchat.store.sql.tables.schedules import schedules

s = schedules.c
DUE = select(s.id).where(s.due_at <= NOW).order_by(s.due_at).limit(COUNT).with_for_update(skip_locked=True)
LEASE = (
    update(schedules)
    .where(s.id.in_(bindparam("ids", expanding=True)))
    .values(due_at=bindparam("until"), lease_owner=bindparam("owner"))
    .returning(*SCHEDULES.columns)
)


class SqlSchedules:
    """`ports.ScheduleStore` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def replace(self, workspace_id: str, flow_id: str, rows: Sequence[r.Schedule]) -> None:
        await self._database.write(_replace, workspace_id, flow_id, rows)

    async def claim(self, owner: str, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.Schedule]:
        return await self._database.write(_claim, owner, now, until, limit)

    async def progress(
        self,
        schedule_id: str,
        owner: str,
        *,
        cursor: str | None,
        firing_at: dt.datetime | None,
        next_at: dt.datetime,
        done: bool,
    ) -> bool:
        values: dict[str, Any] = {"cursor": cursor, "firing_at": firing_at, "due_at": firing_at or next_at}
        if done:
            values = {"cursor": None, "firing_at": None, "due_at": next_at}
        return await self._database.write(_release, schedule_id, owner, {**values, "next_at": next_at})

    async def next_due(self) -> dt.datetime | None:
        return await self._database.read(_next_due)

    async def contacts_page(self, workspace_id: str, *, limit: int, cursor: str | None) -> r.Page[r.ContactOfLane]:
        return await self._database.read(_contacts_page, workspace_id, limit, cursor)


def _replace(connection: Connection, workspace_id: str, flow_id: str, rows: Sequence[r.Schedule]) -> None:
    query = SCHEDULES.select().where(s.flow_id == flow_id, s.workspace_id == workspace_id)
    stored = SCHEDULES.build(connection.execute(query.with_for_update()))
    known = {(one.node_id, one.position, one.spec): one.id for one in stored}
    kept = {_key(row): row for row in rows if _key(row) in known}
    gone = [schedule_id for key, schedule_id in known.items() if key not in kept]
    if gone:
        connection.execute(delete(schedules).where(s.id.in_(padded(gone))))
    for key, row in kept.items():
        connection.execute(update(schedules).where(s.id == known[key]).values(version_id=row.version_id))
    new = [SCHEDULES.values(row, due_at=row.next_at, lease_owner=None) for row in rows if _key(row) not in known]
    if new:
        connection.execute(schedules.insert(), new)


def _key(schedule: r.Schedule) -> tuple[str, int, str]:
    return schedule.node_id, schedule.position, schedule.spec


def _claim(connection: Connection, owner: str, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.Schedule]:
    ids = list(connection.execute(DUE, {"now": now, "count": limit}).scalars())
    if not ids:
        return []
    given = {"ids": padded(ids), "owner": owner, "until": until}
    found = {one.id: one for one in SCHEDULES.build(connection.execute(LEASE, given))}
    return [found[schedule_id] for schedule_id in ids if schedule_id in found]


def _release(connection: Connection, schedule_id: str, owner: str, values: dict[str, Any]) -> bool:
    held = update(schedules).where(s.id == schedule_id, s.lease_owner == owner)
    return connection.execute(held.values(**values, lease_owner=None)).rowcount == 1


def _next_due(connection: Connection) -> dt.datetime | None:
    return connection.execute(select(func.min(s.due_at))).scalar()


def _contacts_page(
    connection: Connection, workspace_id: str, limit: int, cursor: str | None
) -> r.Page[r.ContactOfLane]:
    a, c = accounts.c, conversations.c
    lane = contacts.c.account_id + ":" + contacts.c.igsid
    query = (
        CONTACTS.select(a.ig_user_id, c.window_expires_at)
        .join_from(contacts, accounts, a.id == contacts.c.account_id)
        .outerjoin(conversations, c.lane == lane)
        .where(contacts.c.workspace_id == workspace_id, a.state != literal_column("'disconnected'"))
    )
    query = query.where(*newer(contacts.c.created_at, contacts.c.id, cursor))
    rows = connection.execute(query.order_by(contacts.c.created_at, contacts.c.id).limit(limit + 1)).all()
    found = [_contact_of_lane(row) for row in rows[:limit]]
    last = found[-1].contact if len(rows) > limit else None
    return r.Page(found, write_cursor(last.created_at, last.id) if last else None)


def _contact_of_lane(row: Any) -> r.ContactOfLane:
    contact = CONTACTS.from_row(row)
    ig_user_id, window_expires_at = row[CONTACTS.width :]
    return r.ContactOfLane(contact, ig_user_id, f"{contact.account_id}:{contact.igsid}", window_expires_at)
