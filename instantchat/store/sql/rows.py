"""Records and rows: a record is built from a row by position, so queries select a record's columns in field order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row, Select, Table, select

from instantchat.store import records as r
from instantchat.store.sql.tables.accounts import accounts
from instantchat.store.sql.tables.deletions import deletions
from instantchat.store.sql.tables.flows import flows, versions
from instantchat.store.sql.tables.inbox import contacts, conversations, messages, notes
from instantchat.store.sql.tables.members import sessions, users
from instantchat.store.sql.tables.queue import events, runs
from instantchat.store.sql.tables.schedules import schedules

T = TypeVar("T")

SIZES = (1, 4, 16, 64, 256, 1024)


class Rows(Generic[T]):
    """One record class and the table that holds it."""

    def __init__(self, record: Callable[..., T], table: Table) -> None:
        self.record = record
        self.table = table
        self.names = tuple(field.name for field in dataclasses.fields(record))  # type: ignore[arg-type]
        self.columns = tuple(table.c[name] for name in self.names)
        self.width = len(self.columns)
        self._values = attrgetter(*self.names)

    def select(self, *extra: Any) -> Select[Any]:
        """A select of the record's columns, then `extra`."""
        return select(*self.columns, *extra)

    def build(self, rows: Iterable[Row[Any]]) -> list[T]:
        """Records from rows that hold exactly the record's columns."""
        return [self.record(*row) for row in rows]

    def from_row(self, row: Row[Any], offset: int = 0) -> T:
        """The record that starts at `offset` in a wider row."""
        return self.record(*row[offset : offset + self.width])

    def values(self, record: T, **more: Any) -> dict[str, Any]:
        """Column values of a record, and `more` for the columns it does not know."""
        return dict(zip(self.names, self._values(record), strict=True), **more)

    def first(self, connection: Connection, *where: Any) -> T | None:
        """The only record that satisfies `where`."""
        row = connection.execute(self.select().where(*where)).first()
        return None if row is None else self.record(*row)


USERS = Rows(r.User, users)
SESSIONS = Rows(r.Session, sessions)
ACCOUNTS = Rows(r.Account, accounts)
DELETIONS = Rows(r.Deletion, deletions)
FLOWS = Rows(r.Flow, flows)
VERSIONS = Rows(r.FlowVersion, versions)
CONTACTS = Rows(r.Contact, contacts)
CONVERSATIONS = Rows(r.Conversation, conversations)
MESSAGES = Rows(r.Message, messages)
NOTES = Rows(r.Note, notes)
EVENTS = Rows(r.Event, events)
RUNS = Rows(r.RunRecord, runs)
SCHEDULES = Rows(r.Schedule, schedules)


def padded(values: Iterable[str]) -> list[str]:
    """The distinct values, repeated up to one of a few lengths, so that IN-lists give few distinct statements."""
    found = sorted(set(values)) or [""]
    size = next((size for size in SIZES if size >= len(found)), len(found))
    return found + [found[-1]] * (size - len(found))


def chunked(ids: Collection[str]) -> Iterator[list[str]]:
    """The ids in lists no longer than an IN-list should be."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), SIZES[-1]):
        yield padded(ordered[start : start + SIZES[-1]])


def in_turns(groups: Sequence[Sequence[T]], limit: int) -> list[T]:
    """The first of each group, then the second of each, and so on: nobody's backlog goes before anyone's first."""
    taken: list[T] = []
    for turn in range(max((len(group) for group in groups), default=0)):
        taken += [group[turn] for group in groups if turn < len(group)]
        if len(taken) >= limit:
            break
    return taken[:limit]
