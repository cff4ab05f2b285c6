"""The past, to try a draft on: what came in, and what flows sent for it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, literal_column, select

from instantchat.store import records as r
from instantchat.store.sql.candidates import PENDING
from instantchat.store.sql.loading import ACCOUNTS_OF
from instantchat.store.sql.rows import ACCOUNTS, CONTACTS, EVENTS, MESSAGES, chunked, padded
from instantchat.store.sql.tables.inbox import contacts, conversations, messages
from instantchat.store.sql.tables.queue import events
from instantchat.store.sql.types import Moment

MOST = 10_000
SKEW = dt.timedelta(minutes=5)  # how far the clocks of two processes may be apart

e, m = events.c, messages.c
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
WORKSPACE: BindParameter[Any] = bindparam("workspace")
NEWEST = (
    EVENTS.select()
    .where(e.workspace_id == WORKSPACE, e.state != PENDING, e.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(e.received_at.desc(), e.seq.desc())
    .limit(bindparam("count"))
    .subquery()
)
REPLAYED = (
    select(*NEWEST.c, conversations.c.id, *CONTACTS.columns)
    .join_from(NEWEST, conversations, conversations.c.lane == NEWEST.c.lane, isouter=True)
    .outerjoin(contacts, contacts.c.id == conversations.c.contact_id)
)
THREADS_OF = (
    select(conversations.c.id, e.received_at)
    .join_from(events, conversations, conversations.c.lane == e.lane)
    .where(e.id.in_(IDS), e.workspace_id == WORKSPACE)
)
SENT = (
    MESSAGES.select()
    .where(
        m.conversation_id.in_(IDS),
        m.created_at >= bindparam("earliest", type_=Moment),
        m.direction == literal_column("'out'"),
        m.sender_kind == literal_column("'flow'"),
    )
    .order_by(m.created_at, m.id)
)


def replay_events(connection: Connection, workspace_id: str, kinds: Collection[str], limit: int) -> list[r.ReplayEvent]:
    """The newest of the workspace, oldest first."""
    given = {"workspace": workspace_id, "kinds": padded(kinds), "count": min(limit, MOST)}
    rows: list[Any] = list(connection.execute(REPLAYED, given))
    found = sorted(((EVENTS.from_row(row), row) for row in rows), key=lambda pair: pair[0].seq)
    ids = {"ids": padded(event.account_id for event, _ in found)}
    owners = {one.id: one for one in ACCOUNTS.build(connection.execute(ACCOUNTS_OF, ids))}
    return [_built(event, owners[event.account_id], row) for event, row in found]


def _built(event: r.Event, account: r.Account, row: Any) -> r.ReplayEvent:
    conversation_id, contact_id = row[EVENTS.width : EVENTS.width + 2]
    contact = None if contact_id is None else CONTACTS.from_row(row, EVENTS.width + 1)
    return r.ReplayEvent(event, conversation_id, contact, account.ig_user_id, account.username)


def answers(connection: Connection, workspace_id: str, event_ids: Collection[str]) -> dict[str, list[r.Message]]:
    """Read from the threads since the first of the events: an index of messages by event would cost each one sent."""
    wanted = set(event_ids)
    threads: dict[str, dt.datetime] = {}
    for ids in chunked(wanted):
        for conversation_id, at in connection.execute(THREADS_OF, {"ids": ids, "workspace": workspace_id}):
            threads[conversation_id] = min(at, threads.get(conversation_id, at))
    found: dict[str, list[r.Message]] = defaultdict(list)
    for ids in chunked(threads):
        earliest = min(threads[conversation_id] for conversation_id in ids) - SKEW
        for message in MESSAGES.build(connection.execute(SENT, {"ids": ids, "earliest": earliest})):
            if message.event_id in wanted:
                found[message.event_id].append(message)
    return dict(found)
