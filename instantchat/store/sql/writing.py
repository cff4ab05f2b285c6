"""The rows of a batch of checkpoints: one statement for each table, executed for all lanes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Connection,
    String,
    bindparam,
    case,
    func,
    literal_column,
    null,
    select,
    update,
)

from instantchat.store import records as r
from instantchat.store.sql.dialect import insert, name_of
from instantchat.store.sql.enqueue import UNCLAIMED
from instantchat.store.sql.loading import MIDS_OF
from instantchat.store.sql.rows import CONTACTS, CONVERSATIONS, MESSAGES, NOTES, RUNS, padded
from instantchat.store.sql.tables.inbox import contacts, conversations, messages, notes
from instantchat.store.sql.tables.queue import events, runs
from instantchat.store.sql.threads import search_text
from instantchat.store.sql.types import JsonText, Moment

Checkpoints = Sequence[r.Checkpoint]
_OVERWRITTEN = ("last_text", "last_at", "last_direction", "window_expires_at", "disclosed_at", "updated_at")
Taken = dict[tuple[str, str], str]

m = messages.c
NEW_STATUS = bindparam("new_status", type_=String())
HANDLE = (
    update(events)
    .where(events.c.id == bindparam("event_id"))
    .values(attempts=events.c.attempts + literal_column("1"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "not_before", "handled_at", "decision", "error")})
)
CHANGE = (
    update(messages)
    .where(m.id == bindparam("message_id"))
    .values(
        status=func.coalesce(NEW_STATUS, m.status),
        claim_owner=case((NEW_STATUS.is_(None), m.claim_owner)),
        claim_until=case((NEW_STATUS.is_(None), m.claim_until)),
        look_at=case((NEW_STATUS.is_(None), m.look_at)),
        error_code=case((NEW_STATUS.is_(None), m.error_code)),
        error_text=case((NEW_STATUS.is_(None), m.error_text)),
        mid=func.coalesce(bindparam("new_mid"), m.mid),
        text=func.coalesce(bindparam("new_text"), m.text),
        attachments=func.coalesce(bindparam("new_attachments", type_=JsonText), m.attachments),
        extras=func.coalesce(bindparam("new_extras", type_=JsonText), m.extras),
    )
)
UPDATE_RUN = (
    update(runs)
    .where(runs.c.id == bindparam("run_id"))
    .values({name: bindparam(f"new_{name}") for name in RUNS.names if name not in {"id", "workspace_id"}})
)


STARTS_OF = select(conversations.c.id, conversations.c.starts).where(
    conversations.c.id.in_(bindparam("ids", expanding=True))
)
ASSIGN = (
    update(conversations)
    .where(conversations.c.lane == bindparam("of_lane"))
    .values(assignee_id=bindparam("new_assignee"), updated_at=bindparam("at"))
)
SET_STATUS = (
    update(conversations)
    .where(conversations.c.lane == bindparam("of_lane"))
    .values(status=bindparam("new_status"), updated_at=bindparam("at"))
)


def write_events(connection: Connection, checkpoints: Checkpoints, now: dt.datetime) -> None:
    """How each event ended; one to be tried again stays pending."""
    rows = [_handled(one, now) for checkpoint in checkpoints for one in checkpoint.handled]
    if rows:
        connection.execute(HANDLE, rows)


def _handled(one: r.HandledEvent, now: dt.datetime) -> dict[str, Any]:
    retried = one.retry_at is not None
    return {
        "event_id": one.event_id,
        "new_state": "pending" if retried else "failed" if one.error is not None else "handled",
        "new_not_before": one.retry_at,
        "new_handled_at": None if retried else now,
        "new_decision": one.decision,
        "new_error": one.error,
    }


def write_contacts(connection: Connection, checkpoints: Checkpoints) -> None:
    """Whole rows, save a profile that was fetched since they were read."""
    rows = [CONTACTS.values(one.contact, search=search_text(one.contact)) for one in checkpoints if one.contact]
    if rows:
        connection.execute(_upsert_contact(name_of(connection)), rows)


@cache
def _upsert_contact(dialect: str) -> Any:
    statement = insert(dialect, contacts)
    new, old = statement.excluded, contacts.c
    zero: ColumnClause[int] = literal_column("0")
    is_newer = func.coalesce(old.profile_at, zero, type_=Moment) > func.coalesce(new.profile_at, zero, type_=Moment)
    values: dict[str, ColumnElement[Any]] = {
        name: new[name] for name in ("tags", "fields", "variables", "opted_out_at", "updated_at")
    }
    for name in ("name", "username", "picture_url", "profile_at", "search"):
        values[name] = case((is_newer, old[name]), else_=new[name])
    return statement.on_conflict_do_update(index_elements=["id"], set_=values)


def new_messages(connection: Connection, checkpoints: Checkpoints) -> dict[str, list[r.Message]]:
    """The messages of each lane that are not stored yet under another id: an echo may arrive twice, or late."""
    taken = _taken(connection, [message.mid for one in checkpoints for message in one.messages if message.mid])
    found: dict[str, list[r.Message]] = {}
    for one in checkpoints:
        found[one.lane] = []
        for message in one.messages:
            if message.mid is not None:
                if (message.account_id, message.mid) in taken:
                    continue
                taken[message.account_id, message.mid] = message.id
            found[one.lane].append(message)
    return found


def _taken(connection: Connection, mids: Sequence[str]) -> Taken:
    if not mids:
        return {}
    found = connection.execute(MIDS_OF, {"mids": padded(mids)})
    return {(account_id, mid): message_id for account_id, mid, message_id in found}


def write_conversations(connection: Connection, checkpoints: Checkpoints, arrived: dict[str, list[r.Message]]) -> None:
    """The rows, as `Checkpoint.conversation` promises."""
    rows = []
    for one in checkpoints:
        if one.conversation is None:
            continue
        row = CONVERSATIONS.values(one.conversation, contact=one.conversation.contact_id)
        row["active_at"] = one.conversation.last_at or one.conversation.created_at
        row["unread_count"] = sum(map(_is_unread, arrived[one.lane]))
        rows.append(row)
    if rows:
        _add_starts(connection, [row for row in rows if row["starts"]])
        connection.execute(_upsert_conversation(name_of(connection)), rows)


def _is_unread(message: r.Message) -> bool:
    return message.direction == "in" and not message.extras.get("unsent")


def _add_starts(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add what is stored, the later moment of each flow. Nobody else writes it: the lanes are leased."""
    if not rows:
        return
    given = {row["id"]: row for row in rows}
    for conversation_id, stored in connection.execute(STARTS_OF, {"ids": padded(given)}):
        new = given[conversation_id]["starts"]
        later = {
            flow_id: max(at, new.get(flow_id, at), key=dt.datetime.fromisoformat) for flow_id, at in stored.items()
        }
        given[conversation_id]["starts"] = new | later


@cache
def _upsert_conversation(dialect: str) -> Any:
    search = select(contacts.c.search).where(contacts.c.id == bindparam("contact")).scalar_subquery()
    names = [*CONVERSATIONS.names, "active_at"]
    statement = insert(dialect, conversations).values({name: bindparam(name) for name in names})
    statement = statement.values(search=func.coalesce(search, ""))
    new, old = statement.excluded, conversations.c
    values: dict[str, ColumnElement[Any]] = {name: new[name] for name in (*_OVERWRITTEN, "active_at", "search")}
    values["unread_count"] = old.unread_count + new.unread_count
    values["starts"] = case((new.starts == literal_column("'{}'"), old.starts), else_=new.starts)
    for name in ("paused_until", "heard_at", "answered_at"):
        is_later = new[name] > func.coalesce(old[name], literal_column("0"), type_=Moment)
        values[name] = case((is_later, new[name]), else_=old[name])
    return statement.on_conflict_do_update(index_elements=["id"], set_=values)


def write_assignees(connection: Connection, checkpoints: Checkpoints, now: dt.datetime) -> None:
    """Whom flows gave conversations to."""
    rows = [{"of_lane": one.lane, "new_assignee": one.assign, "at": now} for one in checkpoints if one.assign]
    if rows:
        connection.execute(ASSIGN, rows)


def write_statuses(connection: Connection, checkpoints: Checkpoints, now: dt.datetime) -> None:
    """What flows made of conversations."""
    rows = [{"of_lane": one.lane, "new_status": one.status, "at": now} for one in checkpoints if one.status]
    if rows:
        connection.execute(SET_STATUS, rows)


def write_messages(connection: Connection, checkpoints: Checkpoints, arrived: dict[str, list[r.Message]]) -> None:
    """New messages and changes of old ones. A mid that another message has is left to it."""
    rows = [MESSAGES.values(message, **UNCLAIMED) for one in checkpoints for message in arrived[one.lane]]
    if rows:
        connection.execute(_insert_message(name_of(connection)), rows)
    changes = [change for one in checkpoints for change in one.message_changes]
    if not changes:
        return
    taken = _taken(connection, [change.mid for change in changes if change.mid])
    accounts = {change.message_id: one.lane.split(":", 1)[0] for one in checkpoints for change in one.message_changes}
    connection.execute(CHANGE, [_changed(change, accounts[change.message_id], taken) for change in changes])


@cache
def _insert_message(dialect: str) -> Any:
    return insert(dialect, messages).on_conflict_do_nothing(
        index_elements=["mid", "account_id"], index_where=m.mid.is_not(null())
    )


def _changed(change: r.MessageChange, account_id: str, taken: Taken) -> dict[str, Any]:
    mid = change.mid
    if mid is not None and taken.setdefault((account_id, mid), change.message_id) != change.message_id:
        mid = None
    return {
        "message_id": change.message_id,
        "new_status": change.status,
        "new_mid": mid,
        "new_text": change.text,
        "new_attachments": [] if change.drop_attachments else None,
        "new_extras": change.extras,
    }


def write_runs(connection: Connection, checkpoints: Checkpoints) -> None:
    """New runs and those whose revision was checked."""
    all_runs = [run for one in checkpoints for run in one.runs]
    started = [RUNS.values(run) for run in all_runs if run.rev == 0]
    if started:
        connection.execute(runs.insert(), started)
    moved = [
        {"run_id" if name == "id" else f"new_{name}": value for name, value in RUNS.values(run).items()}
        for run in all_runs
        if run.rev
    ]
    if moved:
        connection.execute(UPDATE_RUN, moved)


def write_notes(connection: Connection, checkpoints: Checkpoints) -> None:
    """What flows told members."""
    insert_notes(connection, [note for one in checkpoints for note in one.notes])


def insert_notes(connection: Connection, new: Sequence[r.Note]) -> None:
    """Store notes."""
    if new:
        connection.execute(notes.insert(), [NOTES.values(note) for note in new])
