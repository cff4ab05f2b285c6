"""A person or a program queues an outgoing message."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, update

from instantchat.store import records as r
from instantchat.store.sql.dialect import insert, is_new, name_of
from instantchat.store.sql.rows import MESSAGES
from instantchat.store.sql.tables.inbox import conversations, messages

UNCLAIMED: dict[str, Any] = {"claim_owner": None, "claim_until": None, "tried_at": None, "look_at": None}


def enqueue(connection: Connection, message: r.Message, paused_until: dt.datetime | None) -> r.Message:
    """Store the message and move its conversation, unless its idempotency key was used."""
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
        return stored
    at = message.created_at
    moved: dict[str, Any] = {"last_text": message.text, "last_at": at, "active_at": at, "updated_at": at}
    moved["last_direction"] = message.direction
    if paused_until is not None:
        moved["paused_until"] = paused_until
    connection.execute(update(conversations).where(conversations.c.id == message.conversation_id).values(moved))
    return message


def resend(connection: Connection, message: r.Message, of: str, paused_until: dt.datetime | None) -> r.Resent | None:
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
    queued = enqueue(connection, message, paused_until)
    marked = replace(before, extras={**before.extras, "resentAs": queued.id})
    connection.execute(update(messages).where(t.id == of).values(extras=marked.extras))
    return r.Resent(queued, marked, is_new=True)
