"""The few places where SQLite and PostgreSQL want different words for the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, FromClause, Select, Table, bindparam, select, true
from sqlalchemy.dialects import postgresql, sqlite

from instantchat.store.sql.types import Moment

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
NOW = bindparam("now", type_=Moment)


def insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return sqlite.insert(table) if dialect == SQLITE else postgresql.insert(table)


def is_new(connection: Connection, statement: Any, row: Mapping[str, Any]) -> bool:
    """Insert one row; False when its ON CONFLICT DO NOTHING did nothing. (Drivers disagree on `rowcount` here.)"""
    key = next(iter(statement.table.primary_key.columns))
    return connection.execute(statement.values(row).returning(key)).first() is not None


def name_of(connection: Connection) -> str:
    """`sqlite` or `postgresql`."""
    return connection.dialect.name


def first_of_each(
    dialect: str, parent: FromClause, child: Table, key: Column[Any], firsts: Select[Any], columns: list[Any]
) -> Select[Any]:
    """For every row of `parent` the child rows that `firsts` finds, reading no more than its LIMIT of each.

    `firsts` selects `key`, the child's primary key, from an alias of `child` and is correlated to `parent`. PostgreSQL
    does this with a lateral join; SQLite has none, but seeks the key in a correlated list.
    """
    if dialect == SQLITE:
        joined = parent.join(child, key.in_(firsts.correlate(parent)))
    else:
        top = firsts.correlate(parent).lateral()
        joined = parent.join(top, true()).join(child, key == top.c[key.name])
    return select(*columns).select_from(joined)
