"""Everything the handling of leased lanes needs: one query for each kind of record, for the whole batch."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, select

from instantchat.store import records as r
from instantchat.store.sql.candidates import WAITING
from instantchat.store.sql.dialect import first_of_each, name_of
from instantchat.store.sql.rows import ACCOUNTS, CONTACTS, CONVERSATIONS, EVENTS, MESSAGES, RUNS, padded
from instantchat.store.sql.tables.accounts import accounts
from instantchat.store.sql.tables.inbox import contacts, conversations, messages
from instantchat.store.sql.tables.queue import events, leases, runs

EVENTS_OF_A_LANE = 20
OPEN_SENDS = 20

Mids = dict[tuple[str, str], r.Message]

_of: dict[str, BindParameter[Any]] = {
    name: bindparam(name, expanding=True) for name in ("lanes", "ids", "igsids", "mids", "conversations")
}
m = messages.c
RUNS_OF = RUNS.select().where(runs.c.lane.in_(_of["lanes"]), runs.c.state == WAITING).order_by(runs.c.started_at)
CONVERSATIONS_OF = CONVERSATIONS.select().where(conversations.c.lane.in_(_of["lanes"]))
CONTACTS_OF = CONTACTS.select().where(contacts.c.igsid.in_(_of["igsids"]))
ACCOUNTS_OF = ACCOUNTS.select().where(accounts.c.id.in_(_of["ids"]))
MIDS_OF = select(m.account_id, m.mid, m.id).where(m.mid.in_(_of["mids"]))
KNOWN_OF = MESSAGES.select().where(m.mid.in_(_of["mids"]))
OPEN_SENDS_OF = (
    select(m.conversation_id, m.extras, m.id, m.status, m.text, m.tried_at)
    .where(m.open_in.in_(_of["conversations"]))
    .order_by(m.created_at, m.id)
)


def load(connection: Connection, lanes: Sequence[str], now: dt.datetime) -> list[r.Work]:
    """The lanes that still have something due, in the given order."""
    given = {"lanes": padded(lanes)}
    pending = _events(connection, given, now)
    due, waiting = _runs(connection, given, now)
    busy = [lane for lane in lanes if lane in pending or lane in due]
    if not busy:
        return []
    given = {"lanes": padded(busy)}
    threads = {one.lane: one for one in CONVERSATIONS.build(connection.execute(CONVERSATIONS_OF, given))}
    people = _contacts(connection, busy)
    ids = {"ids": padded(_account(lane) for lane in busy)}
    owners = {one.id: one for one in ACCOUNTS.build(connection.execute(ACCOUNTS_OF, ids))}
    mids = _mids(connection, pending)
    sends = _open_sends(connection, [one.id for one in threads.values()])
    return [
        r.Work(
            lane=lane,
            account=owners[_account(lane)],
            igsid=lane.split(":", 1)[1],
            events=pending.get(lane, []),
            due_runs=due.get(lane, []),
            waiting_runs=waiting.get(lane, []),
            contact=people.get(lane),
            conversation=threads.get(lane),
            known_mids=_known(mids, pending.get(lane, [])),
            open_sends=sends.get(threads[lane].id, []) if lane in threads else [],
        )
        for lane in busy
        if _account(lane) in owners
    ]


def _events(connection: Connection, given: dict[str, Any], now: dt.datetime) -> dict[str, list[r.Event]]:
    """Pending events in order, up to the first that is to be tried again later: what follows it waits too."""
    found: dict[str, list[r.Event]] = defaultdict(list)
    blocked: set[str] = set()
    for *fields, not_before in connection.execute(_events_of(name_of(connection)), given):
        event = r.Event(*fields)
        if not_before is not None and not_before > now:
            blocked.add(event.lane)
        if event.lane not in blocked:
            found[event.lane].append(event)
    return found


@cache
def _events_of(dialect: str) -> Select[Any]:
    head = events.alias("head")
    firsts = select(head.c.seq).where(head.c.pending_in == leases.c.lane).order_by(head.c.seq).limit(EVENTS_OF_A_LANE)
    columns = [*EVENTS.columns, events.c.not_before]
    query = first_of_each(dialect, leases, events, events.c.seq, firsts, columns)
    return query.where(leases.c.lane.in_(_of["lanes"])).order_by(events.c.seq)


def _runs(
    connection: Connection, given: dict[str, Any], now: dt.datetime
) -> tuple[dict[str, list[r.RunRecord]], dict[str, list[r.RunRecord]]]:
    due: dict[str, list[r.RunRecord]] = defaultdict(list)
    waiting: dict[str, list[r.RunRecord]] = defaultdict(list)
    for run in RUNS.build(connection.execute(RUNS_OF, given)):
        is_due = run.waiting_for != "result" and run.wake_at is not None and run.wake_at <= now
        (due if is_due else waiting)[run.lane].append(run)
    return due, waiting


def _contacts(connection: Connection, lanes: Sequence[str]) -> dict[str, r.Contact]:
    given = {"igsids": padded(lane.split(":", 1)[1] for lane in lanes)}
    return {f"{one.account_id}:{one.igsid}": one for one in CONTACTS.build(connection.execute(CONTACTS_OF, given))}


def _mids(connection: Connection, pending: dict[str, list[r.Event]]) -> Mids:
    named = {mid for events_of in pending.values() for event in events_of if (mid := _mid(event)) is not None}
    if not named:
        return {}
    found = MESSAGES.build(connection.execute(KNOWN_OF, {"mids": padded(named)}))
    return {(message.account_id, message.mid or ""): message for message in found}


def _known(mids: Mids, events_of: Iterable[r.Event]) -> dict[str, r.Message]:
    named = {(event.account_id, mid) for event in events_of if (mid := _mid(event)) is not None}
    return {key[1]: mids[key] for key in named if key in mids}


def _open_sends(connection: Connection, conversation_ids: Sequence[str]) -> dict[str, list[r.OpenSend]]:
    """The newest of each conversation, oldest first."""
    if not conversation_ids:
        return {}
    found: dict[str, list[r.OpenSend]] = defaultdict(list)
    given = {"conversations": padded(conversation_ids)}
    for conversation_id, extras, *send in connection.execute(OPEN_SENDS_OF, given):
        if "action" not in extras:
            found[conversation_id].append(r.OpenSend(*send))
    return {conversation_id: sends[-OPEN_SENDS:] for conversation_id, sends in found.items()}


def _mid(event: r.Event) -> str | None:
    mid = event.payload.get("mid") if isinstance(event.payload, dict) else None
    return mid if isinstance(mid, str) and mid else None


def _account(lane: str) -> str:
    return lane.split(":", 1)[0]
