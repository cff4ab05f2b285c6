"""A person or a program queues an outgoing message."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, literal_column, select, update

from instantchat.store import records as r
from instantchat.store.sql.dialect import insert, is_new, name_of
from instantchat.store.sql.rows import MESSAGES, NOTES, RUNS
from instantchat.store.sql.tables.inbox import conversations, messages, notes
from instantchat.store.sql.tables.queue import runs

UNCLAIMED: dict[str, Any] = {"claim_owner": None, "claim_until": None, "tried_at": None, "look_at": None}


def enqueue(connection: Connection, message: r.Message, take_over: r.TakeOver | None) -> r.Enqueued:
    """Store the message and move its conversation, unless its idempotency key was used. Runs are locked before the
    conversation, as a checkpoint does."""
    t = messages.c
    row = MESSAGES.values(message, **UNCLAIMED)
    statement = insert(name_of(connection), messages)
    if message.idempotency_key is not None:
        statement = statement.on_conflict_do_nothing(
            index_elements=["workspace_id", "idempotency_key"], index_where=t.idempotency_key.is_not(None)
        )
    if not is_new(connection, statement, row):
        stored = MESSAGES.first(
            connection, t.workspace_id == message.workspace_id, t.idempotency_key == message.idempotency_key
        )
        assert stored is not None, "the key conflicted"  # noqa: S101 - a mistake of ours
        return r.Enqueued(stored)
    at = message.created_at
    moved: dict[str, Any] = {"last_text": message.text, "last_at": at, "active_at": at, "updated_at": at}
    moved["last_direction"] = message.direction
    cancelled: list[r.RunRecord] = []
    if take_over is not None:
        cancelled = _cancel_runs(connection, message.conversation_id, take_over.reason, at)
        moved |= {"paused_until": take_over.until, "answered_at": at}
    connection.execute(update(conversations).where(conversations.c.id == message.conversation_id).values(moved))
    if take_over is not None and take_over.note is not None:
        connection.execute(notes.insert(), NOTES.values(take_over.note))
    return r.Enqueued(message, cancelled)


def _cancel_runs(connection: Connection, conversation_id: str, reason: str, at: dt.datetime) -> list[r.RunRecord]:
    """The `rev` of each moves on, so that a handling under way cannot write it back to life."""
    lane = select(conversations.c.lane).where(conversations.c.id == conversation_id).scalar_subquery()
    waiting = update(runs).where(runs.c.lane == lane, runs.c.state == literal_column("'waiting'"))
    ended = {"state": "cancelled", "waiting_for": None, "wake_at": None, "error": reason, "updated_at": at}
    found = connection.execute(waiting.values(**ended, rev=runs.c.rev + 1).returning(*RUNS.columns))
    return RUNS.build(found)


def resend(connection: Connection, message: r.Message, of: str, take_over: r.TakeOver | None) -> r.Resent | None:
    """Under a lock of the message whose place is taken, so that it is taken once."""
    t = messages.c
    of_thread = (t.workspace_id == message.workspace_id, t.conversation_id == message.conversation_id)
    found = MESSAGES.build(connection.execute(MESSAGES.select().where(t.id == of, *of_thread).with_for_update()))
    before = found[0] if found else None
    if before is None:
        return None
    taken = MESSAGES.first(connection, t.id == before.extras.get("resentAs", ""), *of_thread)
    if taken is not None:
        return r.Resent(taken, before, is_new=False)
    if before.status not in ("unknown", "rejected"):
        return None
    queued = enqueue(connection, message, take_over)
    marked = replace(before, extras={**before.extras, "resentAs": queued.message.id})
    connection.execute(update(messages).where(t.id == of).values(extras=marked.extras))
    return r.Resent(queued.message, marked, is_new=True, cancelled=queued.cancelled)
