"""Which lanes and which messages are next: read from partial indexes, a bounded number of rows whatever the backlog.

The scalar subqueries are deliberate: a planner may turn NOT EXISTS into a join over the whole backlog, but it answers
these with one index look-up for each candidate, and stops at the limit.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    ColumnElement,
    Select,
    Table,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)

from instantchat.store.sql.dialect import NOW, first_of_each
from instantchat.store.sql.tables.accounts import accounts
from instantchat.store.sql.tables.inbox import messages
from instantchat.store.sql.tables.queue import events, leases, runs
from instantchat.store.sql.types import Moment

COUNT: BindParameter[Any] = bindparam("count")
ACCOUNTS_SEEN = 1000

PENDING: ColumnClause[str] = literal_column("'pending'")
WAITING: ColumnClause[str] = literal_column("'waiting'")
QUEUED: ColumnClause[str] = literal_column("'queued'")
SENDING: ColumnClause[str] = literal_column("'sending'")


def _accounts_of(table: Table, where: Any) -> Select[Any]:
    """The accounts that have rows in a partial index on account_id, one look-up each (a loose index scan)."""
    head = table.alias("head")
    first = select(func.min(head.c.account_id).label("account_id")).where(where(head))
    walk = first.cte("walk", recursive=True)
    following = table.alias("following")
    after = select(func.min(following.c.account_id)).where(where(following), following.c.account_id > walk.c.account_id)
    walk = walk.union_all(select(after.scalar_subquery()).where(walk.c.account_id.is_not(None)))
    return select(walk.c.account_id).where(walk.c.account_id.is_not(None)).limit(ACCOUNTS_SEEN)


ACCOUNTS_PENDING = _accounts_of(events, lambda t: t.c.state == PENDING)
ACCOUNTS_QUEUED = _accounts_of(messages, lambda t: t.c.status == QUEUED)


def unleased(lane: ColumnElement[Any]) -> ColumnElement[bool]:
    """Nobody handles the lane at `now`."""
    lease = leases.alias()
    until = select(lease.c.lease_until).where(lease.c.lane == lane).scalar_subquery()
    return func.coalesce(until, literal_column("0"), type_=Moment) <= NOW


@cache
def event_heads(dialect: str) -> Select[Any]:
    """(account, lane, seq) of up to `count` lanes of each account in `accounts`, oldest first: those whose first
    pending event is due and that nobody handles."""
    head, earlier = events.alias("head"), events.alias("earlier")
    first = select(func.min(earlier.c.seq)).where(earlier.c.pending_in == head.c.lane)
    firsts = (
        select(head.c.seq)
        .where(
            head.c.account_id == accounts.c.id,
            head.c.state == PENDING,
            or_(head.c.not_before.is_(None), head.c.not_before <= NOW),
            head.c.seq == first.scalar_subquery(),
            unleased(head.c.lane),
        )
        .order_by(head.c.seq)
        .limit(COUNT)
    )
    columns = [events.c.account_id, events.c.workspace_id, events.c.lane, events.c.seq]
    query = first_of_each(dialect, accounts, events, events.c.seq, firsts, columns)
    return query.where(accounts.c.id.in_(bindparam("accounts", expanding=True)))


DUE_RUNS = (
    select(runs.c.lane, runs.c.workspace_id)
    .where(runs.c.due_at <= NOW, unleased(runs.c.lane))
    .order_by(runs.c.due_at)
    .limit(COUNT)
)

DUE_CALLS = (
    select(runs.c.id)
    .where(runs.c.call_at <= NOW)
    .order_by(runs.c.call_at)
    .limit(COUNT)
    .with_for_update(skip_locked=True)
)


def idle(conversation: ColumnElement[Any]) -> ColumnElement[bool]:
    """Nothing of the conversation is being sent."""
    other = messages.alias()
    sending = select(func.count()).where(other.c.open_in == conversation, other.c.status == SENDING)
    return sending.scalar_subquery() == literal_column("0")


@cache
def message_heads(dialect: str) -> Select[Any]:
    """(id, account, conversation, time) of up to `count` messages of each account in `accounts`: each the oldest queued
    one of a conversation that sends nothing now, and due."""
    head, other = messages.alias("head"), messages.alias("other")
    oldest = (
        select(other.c.id)
        .where(other.c.queued_in == head.c.conversation_id)
        .order_by(other.c.created_at, other.c.id)
        .limit(literal_column("1"))
    )
    firsts = (
        select(head.c.id)
        .where(
            head.c.account_id == accounts.c.id,
            head.c.status == QUEUED,
            or_(head.c.not_before.is_(None), head.c.not_before <= NOW),
            head.c.id == oldest.scalar_subquery(),
            idle(head.c.conversation_id),
        )
        .order_by(head.c.created_at, head.c.id)
        .limit(COUNT)
    )
    m = messages.c
    columns = [m.id, m.account_id, m.conversation_id, m.created_at]
    query = first_of_each(dialect, accounts, messages, m.id, firsts, columns)
    sendable = or_(accounts.c.state == literal_column("'ok'"), accounts.c.state == literal_column("'expiring'"))
    return query.where(accounts.c.id.in_(bindparam("accounts", expanding=True)), sendable)


def plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column in a form that no partial index matches, where rows are found by id and only checked."""
    return func.coalesce(column, literal_column("''"))
