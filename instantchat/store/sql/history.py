"""The past of a conversation: messages, runs, events, notes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, func, select

from instantchat.store import records as r
from instantchat.store.sql.candidates import PENDING
from instantchat.store.sql.cursors import older, write_cursor
from instantchat.store.sql.rows import EVENTS, MESSAGES, NOTES, RUNS
from instantchat.store.sql.tables.inbox import conversations, messages, notes
from instantchat.store.sql.tables.queue import events, runs

LOOKED_AT = 5_000


def messages_page(
    connection: Connection, workspace_id: str, conversation_id: str, limit: int, cursor: str | None
) -> r.Page[r.Message]:
    """Newest first."""
    t = messages.c
    query = MESSAGES.select().where(
        t.conversation_id == conversation_id, t.workspace_id == workspace_id, *older(t.created_at, t.id, cursor)
    )
    query = query.order_by(t.created_at.desc(), t.id.desc()).limit(limit + 1)
    found = MESSAGES.build(connection.execute(query))
    more = len(found) > limit
    return r.Page(found[:limit], write_cursor(found[limit - 1].created_at, found[limit - 1].id) if more else None)


def runs_of(connection: Connection, workspace_id: str, conversation_id: str, limit: int) -> list[r.RunRecord]:
    """Newest first."""
    t = runs.c
    query = RUNS.select().where(t.conversation_id == conversation_id, t.workspace_id == workspace_id)
    return RUNS.build(connection.execute(query.order_by(t.started_at.desc(), t.id.desc()).limit(limit)))


def events_of(connection: Connection, workspace_id: str, conversation_id: str, limit: int) -> list[r.Event]:
    """Newest first."""
    t = events.c
    lane = select(conversations.c.lane).where(
        conversations.c.id == conversation_id, conversations.c.workspace_id == workspace_id
    )
    query = EVENTS.select().where(t.lane == lane.scalar_subquery(), t.workspace_id == workspace_id)
    return EVENTS.build(connection.execute(query.order_by(t.seq.desc()).limit(limit)))


def last_events(connection: Connection, workspace_id: str, account_id: str) -> dict[str, dt.datetime]:
    """By kind, among the newest of the workspace."""
    t = events.c
    newest = select(t.kind, t.received_at, t.account_id).where(t.workspace_id == workspace_id, t.state != PENDING)
    newest_first = newest.order_by(t.received_at.desc(), t.seq.desc()).limit(LOOKED_AT).subquery()
    last = select(newest_first.c.kind, func.max(newest_first.c.received_at)).group_by(newest_first.c.kind)
    ours = last.where(newest_first.c.account_id == account_id)
    return {row[0]: row[1] for row in connection.execute(ours)}


def notes_of(connection: Connection, workspace_id: str, conversation_id: str, limit: int) -> list[r.Note]:
    """Newest first."""
    t = notes.c
    query = NOTES.select().where(t.conversation_id == conversation_id, t.workspace_id == workspace_id)
    return NOTES.build(connection.execute(query.order_by(t.created_at.desc(), t.id.desc()).limit(limit)))
