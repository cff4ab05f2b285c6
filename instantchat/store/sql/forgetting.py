"""What an unsent message said goes from everywhere it was copied to: the event that brought it, the runs that heard it.

Meta's policy wants it gone; what flows saved of it on the contact, as an answer to a question, is the workspace's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from instantchat.store import records as r
from instantchat.store.sql.rows import padded
from instantchat.store.sql.tables.inbox import messages
from instantchat.store.sql.tables.queue import events, runs

RUNS_SEARCHED = 100  # the newest of the conversation
GONE = "…"
_SHORT = 4  # a text of so few characters is looked for as a whole, never within another

m = messages.c
SAID = select(m.event_id, m.conversation_id, m.text, m.attachments).where(m.id.in_(bindparam("ids", expanding=True)))
FORGET_EVENT = update(events).where(events.c.id == bindparam("event")).values(payload={"isUnsent": True})
HEARD = (
    select(runs.c.id, runs.c.data, runs.c.trace)
    .where(runs.c.conversation_id == bindparam("conversation"))
    .order_by(runs.c.started_at.desc(), runs.c.id.desc())
    .limit(RUNS_SEARCHED)
)
FORGET_RUN = (
    update(runs)
    .where(runs.c.id == bindparam("run"))
    .values(data=bindparam("new_data", type_=runs.c.data.type), trace=bindparam("new_trace", type_=runs.c.trace.type))
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a message said: the texts and addresses that are to go."""

    event_id: str | None
    conversation_id: str
    texts: frozenset[str]


def said(connection: Connection, checkpoints: Sequence[r.Checkpoint]) -> list[Said]:
    """What the messages said that these checkpoints take back; to be read before they are changed."""
    ids = [change.message_id for one in checkpoints for change in one.message_changes if change.forget]
    if not ids:
        return []
    return [
        Said(event_id, conversation_id, frozenset(filter(None, [text, *(each.get("url") for each in attachments)])))
        for event_id, conversation_id, text, attachments in connection.execute(SAID, {"ids": padded(ids)})
    ]


def forget(connection: Connection, taken_back: Sequence[Said], event_ids: Sequence[str]) -> None:
    """Take it out of events and runs; of the events of `event_ids` nothing is kept either."""
    brought = [{"event": event_id} for event_id in (*(one.event_id for one in taken_back), *event_ids) if event_id]
    if brought:
        connection.execute(FORGET_EVENT, brought)
    for one in taken_back:
        rows = [
            {"run": run_id, "new_data": without(data, one.texts), "new_trace": without(trace, one.texts)}
            for run_id, data, trace in connection.execute(HEARD, {"conversation": one.conversation_id})
            if without([data, trace], one.texts) != [data, trace]
        ]
        if rows:
            connection.execute(FORGET_RUN, rows)


def without(value: Any, texts: frozenset[str]) -> Any:
    """The same JSON, with these texts replaced wherever they stand in a string; names stay."""
    if isinstance(value, str):
        for text in texts:
            if len(text) > _SHORT:
                value = value.replace(text, GONE)
            elif value == text:
                value = GONE
        return value
    if isinstance(value, Mapping):
        return {name: without(inner, texts) for name, inner in value.items()}
    if isinstance(value, list):
        return [without(inner, texts) for inner in value]
    return value
