"""Daily counts per workspace."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, select

from instantchat.store.sql.database import Database
from instantchat.store.sql.dialect import insert, name_of
from instantchat.store.sql.tables.queue import daily_counts


class SqlActivity:
    """`ports.ActivityStore` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, workspace_id: str, day: dt.date, counts: Mapping[str, int]) -> None:
        await self._database.write(add_counts, day, {workspace_id: counts})

    async def daily(self, workspace_id: str, first: dt.date, last: dt.date) -> dict[dt.date, dict[str, int]]:
        return await self._database.read(_daily, workspace_id, first, last)


def add_counts(connection: Connection, day: dt.date, counts: Mapping[str, Mapping[str, int]]) -> None:
    """Add to the day's counts of each workspace; in sorted order, so that two processes never deadlock."""
    rows = [
        {"workspace_id": workspace_id, "day": day.isoformat(), "metric": metric, "count": count}
        for workspace_id, metrics in sorted(counts.items())
        for metric, count in sorted(metrics.items())
        if count
    ]
    if rows:
        connection.execute(_upsert(name_of(connection)), rows)


@cache
def _upsert(dialect: str) -> Any:
    statement = insert(dialect, daily_counts)
    return statement.on_conflict_do_update(
        index_elements=["workspace_id", "day", "metric"],
        set_={"count": daily_counts.c.count + statement.excluded["count"]},
    )


def _daily(connection: Connection, workspace_id: str, first: dt.date, last: dt.date) -> dict[dt.date, dict[str, int]]:
    t = daily_counts.c
    query = select(t.day, t.metric, t.count).where(
        t.workspace_id == workspace_id, t.day.between(first.isoformat(), last.isoformat())
    )
    found: dict[dt.date, dict[str, int]] = defaultdict(dict)
    for day, metric, count in connection.execute(query.order_by(t.day)):
        found[dt.date.fromisoformat(day)][metric] = count
    return dict(found)
