"""Flows, their drafts and published versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, literal_column, select, update

from instantchat.store import records as r
from instantchat.store.sql.cursors import older, read_key, write_cursor, write_key
from instantchat.store.sql.database import Database
from instantchat.store.sql.dialect import insert, is_new, name_of
from instantchat.store.sql.rows import FLOWS, VERSIONS, padded
from instantchat.store.sql.tables.flows import flows, versions
from instantchat.store.sql.tables.queue import runs
from instantchat.store.sql.tables.schedules import schedules

f, v = flows.c, versions.c
LIVE = f.deleted_at.is_(None)
ACTIVE = and_(f.status == literal_column("'active'"), LIVE)
NAMED = 1000


class SqlFlows:
    """`ports.FlowStore` over SQL. `update` and `publish` leave status, version and creation to their own verbs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, flow: r.Flow) -> bool:
        return await self._database.write(_create, flow)

    async def update(self, flow: r.Flow, expected_revision: int) -> Literal["saved", "stale", "name_taken", "missing"]:
        return await self._database.write(_update, flow, expected_revision)

    async def flow(self, workspace_id: str, flow_id: str) -> r.Flow | None:
        return await self._database.read(FLOWS.first, *_one(workspace_id, flow_id))

    async def flow_by_name(self, workspace_id: str, name: str) -> r.Flow | None:
        return await self._database.read(
            FLOWS.first, f.workspace_id == workspace_id, f.name_key == name.casefold(), LIVE
        )

    async def flows(
        self, workspace_id: str, *, status: str | None, category: str | None, limit: int, cursor: str | None
    ) -> r.Page[r.Flow]:
        return await self._database.read(_flows, workspace_id, status, category, limit, cursor)

    async def flow_names(self, workspace_id: str) -> dict[str, str]:
        return await self._database.read(_flow_names, workspace_id)

    async def publish(self, flow: r.Flow, version: r.FlowVersion) -> Literal["saved", "stale", "missing"]:
        return await self._database.write(_publish, flow, version)

    async def set_status(
        self, workspace_id: str, flow_id: str, status: r.FlowStatus, now: dt.datetime
    ) -> r.Flow | None:
        return await self._database.write(_set_status, workspace_id, flow_id, status, now)

    async def delete(self, workspace_id: str, flow_id: str, now: dt.datetime) -> bool:
        return await self._database.write(_delete, workspace_id, flow_id, now)

    async def version(self, version_id: str) -> r.FlowVersion | None:
        return await self._database.read(VERSIONS.first, v.id == version_id)

    async def version_by_number(self, workspace_id: str, flow_id: str, number: int) -> r.FlowVersion | None:
        return await self._database.read(VERSIONS.first, *_versions_of(workspace_id, flow_id), v.number == number)

    async def versions(
        self, workspace_id: str, flow_id: str, *, limit: int, cursor: str | None
    ) -> r.Page[r.FlowVersion]:
        return await self._database.read(_versions, workspace_id, flow_id, limit, cursor)

    async def active_heads(self, workspace_ids: Collection[str]) -> dict[str, list[r.FlowHead]]:
        return await self._database.read(_active_heads, workspace_ids)


def _one(workspace_id: str, flow_id: str) -> tuple[ColumnElement[bool], ...]:
    return f.id == flow_id, f.workspace_id == workspace_id, LIVE


def _create(connection: Connection, flow: r.Flow) -> bool:
    statement = insert(name_of(connection), flows).on_conflict_do_nothing(
        index_elements=["workspace_id", "name_key"], index_where=LIVE
    )
    row = FLOWS.values(flow, name_key=flow.name.casefold(), deleted_at=None)
    return is_new(connection, statement, row)


def _update(
    connection: Connection, flow: r.Flow, expected_revision: int
) -> Literal["saved", "stale", "name_taken", "missing"]:
    stored = connection.execute(select(f.revision).where(*_one(flow.workspace_id, flow.id)).with_for_update()).scalar()
    if stored is None:
        return "missing"
    if stored != expected_revision:
        return "stale"
    key = flow.name.casefold()
    named = select(f.id).where(f.workspace_id == flow.workspace_id, f.name_key == key, LIVE, f.id != flow.id)
    if connection.execute(named).first():
        return "name_taken"
    row = FLOWS.values(flow, name_key=key)
    for kept in ("id", "workspace_id", "status", "published_version", "created_at"):
        del row[kept]
    connection.execute(update(flows).where(f.id == flow.id).values(row))
    return "saved"


def _flows(
    connection: Connection, workspace_id: str, status: str | None, category: str | None, limit: int, cursor: str | None
) -> r.Page[r.Flow]:
    query = FLOWS.select().where(f.workspace_id == workspace_id, LIVE, *older(f.updated_at, f.id, cursor))
    if status is not None:
        query = query.where(f.status == status)
    if category is not None:
        query = query.where(f.category == category)
    query = query.order_by(f.updated_at.desc(), f.id.desc()).limit(limit + 1)
    found = FLOWS.build(connection.execute(query))
    more = len(found) > limit
    return r.Page(found[:limit], write_cursor(found[limit - 1].updated_at, found[limit - 1].id) if more else None)


def _flow_names(connection: Connection, workspace_id: str) -> dict[str, str]:
    query = select(f.id, f.name).where(f.workspace_id == workspace_id, LIVE).order_by(f.updated_at.desc()).limit(NAMED)
    return {flow_id: name for flow_id, name in connection.execute(query)}  # noqa: C416 - rows are no tuples to mypy


def _versions_of(workspace_id: str, flow_id: str) -> tuple[ColumnElement[bool], ...]:
    return v.flow_id == flow_id, v.workspace_id == workspace_id


def _versions(
    connection: Connection, workspace_id: str, flow_id: str, limit: int, cursor: str | None
) -> r.Page[r.FlowVersion]:
    query = VERSIONS.select().where(*_versions_of(workspace_id, flow_id))
    if cursor is not None:
        query = query.where(v.number < read_key(cursor)[0])
    found = VERSIONS.build(connection.execute(query.order_by(v.number.desc()).limit(limit + 1)))
    more = len(found) > limit
    return r.Page(found[:limit], write_key(found[limit - 1].number) if more else None)


def _publish(connection: Connection, flow: r.Flow, version: r.FlowVersion) -> Literal["saved", "stale", "missing"]:
    query = select(f.revision, f.published_version).where(*_one(flow.workspace_id, flow.id)).with_for_update()
    stored = connection.execute(query).first()
    if stored is None:
        return "missing"
    if stored.revision != flow.revision or version.number <= (stored.published_version or 0):
        return "stale"
    connection.execute(insert(name_of(connection), versions).values(VERSIONS.values(version)))
    values: dict[str, Any] = {"status": "active", "published_version": version.number, "updated_at": flow.updated_at}
    connection.execute(update(flows).where(f.id == flow.id).values(values))
    return "saved"


def _set_status(
    connection: Connection, workspace_id: str, flow_id: str, status: r.FlowStatus, now: dt.datetime
) -> r.Flow | None:
    one = _one(workspace_id, flow_id)
    connection.execute(update(flows).where(*one).values(status=status, updated_at=now))
    return FLOWS.first(connection, *one)


def _delete(connection: Connection, workspace_id: str, flow_id: str, now: dt.datetime) -> bool:
    """The run's `rev` moves on, so that a handling under way cannot write it back to life."""
    gone = connection.execute(update(flows).where(*_one(workspace_id, flow_id)).values(deleted_at=now))
    if gone.rowcount:
        waiting = update(runs).where(runs.c.flow_id == flow_id, runs.c.state == literal_column("'waiting'"))
        connection.execute(
            waiting.values(state="cancelled", waiting_for=None, wake_at=None, rev=runs.c.rev + 1, updated_at=now)
        )
        connection.execute(delete(schedules).where(schedules.c.flow_id == flow_id))
    return gone.rowcount == 1


def _active_heads(connection: Connection, workspace_ids: Collection[str]) -> dict[str, list[r.FlowHead]]:
    query = (
        select(f.workspace_id, f.id, v.id, f.name, f.priority, f.reentry, f.created_at)
        .join_from(flows, versions, and_(v.flow_id == f.id, v.number == f.published_version))
        .where(f.workspace_id.in_(padded(workspace_ids)), ACTIVE)
        .order_by(f.created_at, f.id)
    )
    heads: dict[str, list[r.FlowHead]] = {workspace_id: [] for workspace_id in workspace_ids}
    for workspace_id, *head in connection.execute(query):
        heads[workspace_id].append(r.FlowHead(*head))
    return heads
