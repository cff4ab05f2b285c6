"""The past, to try a draft on: what came in, and what flows sent for it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, literal_column, select

from instantchat.store import records as r
from instantchat.store.sql.candidates import PENDING
from instantchat.store.sql.rows import ACCOUNTS, CONTACTS, EVENTS, MESSAGES, Rows, chunked, padded
from instantchat.store.sql.tables.inbox import conversations, messages
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
REPLAYED = select(*NEWEST.c, conversations.c.id, conversations.c.contact_id).join_from(
    NEWEST, conversations, conversations.c.lane == NEWEST.c.lane, isouter=True
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
    found = [_lean(row) for row in connection.execute(REPLAYED, given)]
    found.sort(key=lambda one: one[0].seq)
    people = _by_id(connection, CONTACTS, {contact_id for _, _, contact_id in found if contact_id})
    owners = _by_id(connection, ACCOUNTS, {event.account_id for event, _, _ in found})
    return [
        r.ReplayEvent(
            event=event,
            conversation_id=conversation_id,
            contact=people.get(contact_id or ""),
            ig_user_id=owners[event.account_id].ig_user_id,
            username=owners[event.account_id].username,
        )
        for event, conversation_id, contact_id in found
        if event.account_id in owners
    ]


def _lean(row: Any) -> tuple[r.Event, str | None, str | None]:
    """The event with its conversation and contact. Verdicts, one each flow, are most of what many events would hold."""
    event = EVENTS.from_row(row)
    for decision in (event.decision or {}, *(event.decision or {}).get("followUps", ())):
        decision.pop("verdicts", None)
    return event, row[EVENTS.width], row[EVENTS.width + 1]


def _by_id(connection: Connection, rows: Rows[Any], wanted: Collection[str]) -> dict[str, Any]:
    query = rows.select().where(rows.table.c.id.in_(IDS))
    return {one.id: one for ids in chunked(wanted) for one in rows.build(connection.execute(query, {"ids": ids}))}


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
