"""Messages of which nobody knows whether they went out: when to read about each, and what was read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnClause, Connection, bindparam, exists, literal_column, select, update

from instantchat.store import records as r
from instantchat.store.sql.candidates import plain
from instantchat.store.sql.dialect import NOW
from instantchat.store.sql.loading import ACCOUNTS_OF
from instantchat.store.sql.rows import ACCOUNTS, MESSAGES, padded
from instantchat.store.sql.tables.inbox import conversations, messages

m = messages.c
UNKNOWN: ColumnClause[str] = literal_column("'unknown'")
DUE = (
    select(m.id).where(m.look_at <= NOW).order_by(m.look_at).limit(bindparam("count")).with_for_update(skip_locked=True)
)
PUT_OFF = update(messages).where(m.id.in_(bindparam("ids", expanding=True))).values(look_at=bindparam("until"))
CLAIMED = (
    MESSAGES.select(m.tried_at, conversations.c.lane)
    .join_from(messages, conversations, conversations.c.id == m.conversation_id)
    .where(m.id.in_(bindparam("ids", expanding=True)), plain(m.status) == UNKNOWN, m.tried_at.is_not(None))
    .order_by(m.created_at, m.id)
)
other = messages.alias("other")
IS_TAKEN = exists().where(other.c.account_id == m.account_id, other.c.mid == bindparam("found_mid"))
FOUND = (
    update(messages)
    .where(m.id == bindparam("message_id"), plain(m.status) == UNKNOWN, ~IS_TAKEN)
    .values(status="sent", mid=bindparam("found_mid"), error_code=None, error_text=None, look_at=None)
    .returning(*MESSAGES.columns)
)
LATER = update(messages).where(m.id == bindparam("message_id")).values(look_at=bindparam("later"))
KNOWN = select(m.mid).where(m.mid.in_(bindparam("mids", expanding=True)), m.account_id == bindparam("account"))


def claim_unknown(connection: Connection, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.UnknownSend]:
    """Those that are due, put off to `until`."""
    ids = padded(connection.execute(DUE, {"now": now, "count": limit}).scalars())
    if ids == [""]:
        return []
    connection.execute(PUT_OFF, {"ids": ids, "until": until})
    rows = connection.execute(CLAIMED, {"ids": ids}).all()
    found = [(MESSAGES.from_row(row), row[MESSAGES.width], row[MESSAGES.width + 1]) for row in rows]
    owners = {"ids": padded(message.account_id for message, _, _ in found)}
    accounts = {one.id: one for one in ACCOUNTS.build(connection.execute(ACCOUNTS_OF, owners))}
    return [
        r.UnknownSend(message, accounts[message.account_id], lane.split(":", 1)[1], tried_at)
        for message, tried_at, lane in found
    ]


def settle_unknown(connection: Connection, message_id: str, mid: str) -> r.Message | None:
    """It stands in the conversation."""
    found = MESSAGES.build(connection.execute(FOUND, {"message_id": message_id, "found_mid": mid}))
    return found[0] if found else None


def look_later(connection: Connection, message_id: str, at: dt.datetime | None) -> None:
    """It was not found yet."""
    connection.execute(LATER, {"message_id": message_id, "later": at})


def known_mids(connection: Connection, account_id: str, mids: Collection[str]) -> set[str]:
    """Those that messages of the account have."""
    return set(connection.execute(KNOWN, {"mids": padded(mids), "account": account_id}).scalars()) if mids else set()
