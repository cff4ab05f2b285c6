"""Conversations with their contacts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, func, literal_column, select, update

from instantchat.store import records as r
from instantchat.store.sql.cursors import older, write_cursor
from instantchat.store.sql.rows import CONTACTS, CONVERSATIONS
from instantchat.store.sql.tables.inbox import contacts, conversations

c = conversations.c
CHANGEABLE = {"status", "assignee_id", "paused_until"}
ESCAPES = str.maketrans({"%": "\\%", "_": "\\_", "\\": "\\\\"})


def page(
    connection: Connection, workspace_id: str, limit: int, cursor: str | None, search: str | None, status: str | None
) -> r.Page[r.Thread]:
    """Newest activity first. The page's ids are found in an index, then its rows are read."""
    ids = select(c.id).where(c.workspace_id == workspace_id, *older(c.active_at, c.id, cursor))
    if status is not None:
        ids = ids.where(c.status == status)
    if search and search.strip():
        pattern = search.strip().casefold().translate(ESCAPES)
        ids = ids.where(c.search.like(f"%{pattern}%", escape="\\"))
    ids = ids.order_by(c.active_at.desc(), c.id.desc()).limit(limit + 1)
    query = _threads(c.active_at).where(c.id.in_(ids)).order_by(c.active_at.desc(), c.id.desc())
    rows = connection.execute(query).all()
    more = len(rows) > limit
    found = _build(rows[:limit])
    return r.Page(found, write_cursor(rows[limit - 1].active_at, found[-1].conversation.id) if more else None)


def total_unread(connection: Connection, workspace_id: str) -> int:
    """The sum over the workspace."""
    query = select(func.coalesce(func.sum(c.unread_count), 0))
    unread = c.unread_count > literal_column("0")
    return int(connection.execute(query.where(c.workspace_id == workspace_id, unread)).scalar_one())


def one(connection: Connection, workspace_id: str, conversation_id: str) -> r.Thread | None:
    """A thread of the workspace."""
    query = _threads().where(c.id == conversation_id, c.workspace_id == workspace_id)
    return next(iter(_build(connection.execute(query))), None)


def by_igsid(connection: Connection, workspace_id: str, igsid: str, account_id: str | None) -> r.Thread | None:
    """The thread with this person; over all accounts the most recently active one."""
    lane = contacts.c.account_id + ":" + contacts.c.igsid
    query = _threads(joined=c.lane == lane).where(contacts.c.igsid == igsid, contacts.c.workspace_id == workspace_id)
    if account_id is not None:
        query = query.where(contacts.c.account_id == account_id)
    query = query.order_by(c.active_at.desc(), c.id.desc()).limit(1)
    return next(iter(_build(connection.execute(query))), None)


def mark_read(connection: Connection, workspace_id: str, conversation_id: str) -> r.Thread | None:
    """Nothing is unread any more."""
    this = (c.id == conversation_id, c.workspace_id == workspace_id)
    connection.execute(update(conversations).where(*this, c.unread_count > 0).values(unread_count=0))
    return one(connection, workspace_id, conversation_id)


def patch(
    connection: Connection, workspace_id: str, conversation_id: str, changes: Mapping[str, Any], now: dt.datetime
) -> r.Thread | None:
    """Set what people may set; a key outside `CHANGEABLE` is a mistake of ours."""
    if unknown := set(changes) - CHANGEABLE:
        raise ValueError(f"these cannot be changed: {sorted(unknown)}")
    this = (c.id == conversation_id, c.workspace_id == workspace_id)
    if changes:
        connection.execute(update(conversations).where(*this).values(**changes, updated_at=now))
    return one(connection, workspace_id, conversation_id)


def opt_in(connection: Connection, workspace_id: str, conversation_id: str, now: dt.datetime) -> r.Thread | None:
    """The contact may get automatic messages again."""
    owner = select(c.contact_id).where(c.id == conversation_id, c.workspace_id == workspace_id).scalar_subquery()
    connection.execute(update(contacts).where(contacts.c.id == owner).values(opted_out_at=None, updated_at=now))
    return one(connection, workspace_id, conversation_id)


def set_profile(
    connection: Connection, contact_id: str, given: Mapping[str, str | None], at: dt.datetime
) -> r.Contact | None:
    """Also what the conversation list searches."""
    this = contacts.c.id == contact_id
    known = {name: value for name, value in given.items() if value is not None}
    connection.execute(update(contacts).where(this).values(**known, profile_at=at, updated_at=at))
    contact = CONTACTS.first(connection, this)
    if contact is not None and known:
        search = search_text(contact)
        connection.execute(update(contacts).where(this).values(search=search))
        lane = f"{contact.account_id}:{contact.igsid}"
        connection.execute(update(conversations).where(c.lane == lane).values(search=search))
    return contact


def search_text(contact: r.Contact) -> str:
    """Name and user name without case."""
    return "\n".join(part for part in (contact.name, contact.username) if part).casefold()


def _threads(*extra: Any, joined: Any = None) -> Select[Any]:
    on = contacts.c.id == c.contact_id if joined is None else joined
    return CONVERSATIONS.select(*CONTACTS.columns, *extra).join_from(conversations, contacts, on)


def _build(rows: Iterable[Any]) -> list[r.Thread]:
    return [r.Thread(CONVERSATIONS.from_row(row), CONTACTS.from_row(row, CONVERSATIONS.width)) for row in rows]
