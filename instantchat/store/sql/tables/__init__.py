"""The tables, by slice. Every one has `workspace_id`.

The tables that are queues have a partial index for each question. The rows it holds come and go within milliseconds, so
PostgreSQL's statistics say that there are none, every partial index looks free, and of two that could be used the wrong
one may be read from end to end, for each row of a batch. So no query can use two: what an index is about is a computed
column of its own, NULL in rows that are settled. Predicates are literals in the queries too, since SQLite proves that
an index applies only from text it can read.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Column, Computed, Index, MetaData, Table, text
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that satisfy `where`, on both backends."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def only_when(condition: str, value: str, type_: TypeEngine[Any]) -> Column[Any]:
    """A computed column: `value` where `condition` holds, else NULL."""
    return Column(type_, Computed(f"CASE WHEN {condition} THEN {value} END", persisted=True))


def table_of(model: type[SQLModel]) -> Table:
    """The Core table behind a table class."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def metadata() -> MetaData:
    """All tables, once every slice is imported."""
    from instantchat.store.sql.tables import accounts, deletions, flows, inbox, members, queue, schedules  # noqa: F401

    return SQLModel.metadata
