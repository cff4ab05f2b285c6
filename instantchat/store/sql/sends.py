"""The outbox: messages are claimed before their calls, and settled after."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Integer, bindparam, literal_column, select, update

from instantchat.store import records as r
from instantchat.store.sql import candidates
from instantchat.store.sql.candidates import QUEUED, SENDING, plain
from instantchat.store.sql.dialect import NOW, name_of
from instantchat.store.sql.loading import ACCOUNTS_OF, MIDS_OF
from instantchat.store.sql.rows import ACCOUNTS, CONVERSATIONS, MESSAGES, in_turns, padded
from instantchat.store.sql.tables.inbox import contacts, conversations, messages

m = messages.c
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
LOCK_CONVERSATIONS = (
    select(conversations.c.id)
    .where(conversations.c.id.in_(IDS))
    .order_by(conversations.c.id)
    .with_for_update(skip_locked=True, key_share=True)
)
CLAIM = (
    update(messages)
    .where(m.id.in_(IDS), plain(m.status) == QUEUED, candidates.idle(m.conversation_id))
    .values(
        status="sending",
        claim_owner=bindparam("new_owner"),
        claim_until=bindparam("new_until"),
        tried_at=NOW,
        attempts=m.attempts + literal_column("1"),
    )
    .returning(*MESSAGES.columns)
)
MESSAGES_OF = MESSAGES.select().where(m.id.in_(IDS))
CONVERSATIONS_OF = (
    CONVERSATIONS.select(contacts.c.opted_out_at)
    .join_from(conversations, contacts, contacts.c.id == conversations.c.contact_id)
    .where(conversations.c.id.in_(IDS))
)
SETTLE = (
    update(messages)
    .where(m.id == bindparam("message_id"), m.claim_owner == bindparam("owner"))
    .values(claim_owner=None, claim_until=None, attempts=m.attempts - bindparam("untried", type_=Integer()))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("status", "mid", "error_code", "error_text", "not_before", "look_at")
        }
    )
)
EXPIRED = (
    select(m.id)
    .where(m.claim_until <= NOW)
    .order_by(m.claim_until)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
EXPIRE = (
    update(messages)
    .where(m.id.in_(IDS), plain(m.status) == SENDING)
    .values(
        status="unknown",
        claim_owner=None,
        claim_until=None,
        look_at=m.tried_at,
        error_code="outcome_unknown",
        error_text="The server stopped while this message was being sent: nobody knows whether it arrived.",
    )
    .returning(*MESSAGES.columns)
)


def claim_sends(
    connection: Connection,
    owner: str,
    now: dt.datetime,
    until: dt.datetime,
    limit: int,
    per_account: int,
    excluded: Collection[str],
) -> list[r.Send]:
    """Mark messages `sending`. On PostgreSQL a conversation that another process claims from, or writes to, is left for
    the next round, and the claim looks again under the lock."""
    heads = _heads(connection, now, limit, per_account, excluded)
    if not heads:
        return []
    locked = set(connection.execute(LOCK_CONVERSATIONS, {"ids": padded(heads.values())}).scalars())
    ids = [message_id for message_id, conversation_id in heads.items() if conversation_id in locked]
    if not ids:
        return []
    given = {"ids": padded(ids), "new_owner": owner, "new_until": until, "now": now}
    claimed = {one.id: one for one in MESSAGES.build(connection.execute(CLAIM, given))}
    return _sends(connection, [claimed[message_id] for message_id in ids if message_id in claimed])


def _heads(
    connection: Connection, now: dt.datetime, limit: int, per_account: int, excluded: Collection[str]
) -> dict[str, str]:
    """Conversation by message, in the order of sending."""
    waiting = [one for one in connection.execute(candidates.ACCOUNTS_QUEUED).scalars() if one not in excluded]
    if not waiting:
        return {}
    count = max(1, min(limit, per_account, 4 * limit // len(waiting)))
    found: dict[str, list[tuple[dt.datetime, str, str]]] = defaultdict(list)
    given = {"accounts": padded(waiting), "count": count, "now": now}
    for message_id, account_id, conversation_id, at in connection.execute(
        candidates.message_heads(name_of(connection)), given
    ):
        found[account_id].append((at, message_id, conversation_id))
    groups = sorted((sorted(group) for group in found.values()), key=min)
    return {message_id: conversation_id for _, message_id, conversation_id in in_turns(groups, limit)}


def _sends(connection: Connection, claimed: Sequence[r.Message]) -> list[r.Send]:
    ids = {"ids": padded(message.account_id for message in claimed)}
    owners = {one.id: one for one in ACCOUNTS.build(connection.execute(ACCOUNTS_OF, ids))}
    ids = {"ids": padded(message.conversation_id for message in claimed)}
    threads = {row[0]: row for row in connection.execute(CONVERSATIONS_OF, ids)}
    sends = []
    for message in claimed:
        row = threads[message.conversation_id]
        thread = CONVERSATIONS.from_row(row)
        igsid = thread.lane.split(":", 1)[1]
        sends.append(r.Send(message, owners[message.account_id], igsid, thread, opted_out_at=row[CONVERSATIONS.width]))
    return sends


def settle_sends(connection: Connection, results: Sequence[r.SendResult]) -> list[r.Message]:
    """Store how sends ended. Where the echo came first and is stored as a message of its own, the mid stays there."""
    if not results:
        return []
    mids = [result.mid for result in results if result.mid]
    taken: dict[str, set[str]] = defaultdict(set)
    if mids:
        for _, mid, message_id in connection.execute(MIDS_OF, {"mids": padded(mids)}):
            taken[mid].add(message_id)
    rows = [
        {
            "message_id": result.message_id,
            "owner": result.owner,
            "new_status": result.status,
            "new_mid": result.mid if result.mid and taken[result.mid] <= {result.message_id} else None,
            "new_error_code": result.error_code,
            "new_error_text": result.error_text,
            "new_not_before": result.not_before,
            "new_look_at": result.look_at,
            "untried": int(result.is_untried),
        }
        for result in results
    ]
    connection.execute(SETTLE, rows)
    return _in_order(connection, [result.message_id for result in results])


def expire_sends(connection: Connection, now: dt.datetime, limit: int) -> list[r.Message]:
    """Claims that ran out."""
    ids = list(connection.execute(EXPIRED, {"now": now, "count": limit}).scalars())
    return MESSAGES.build(connection.execute(EXPIRE, {"ids": padded(ids)})) if ids else []


def _in_order(connection: Connection, ids: Sequence[str]) -> list[r.Message]:
    found = {one.id: one for one in MESSAGES.build(connection.execute(MESSAGES_OF, {"ids": padded(ids)}))}
    return [found[message_id] for message_id in dict.fromkeys(ids) if message_id in found]
