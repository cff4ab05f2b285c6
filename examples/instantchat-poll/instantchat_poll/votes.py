"""Votes are daily counts of the workspace, like the figures of the dashboard: how they are named and read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from instantchat.store.ports import Store

_PREFIX = "poll:"


@dataclass(frozen=True, slots=True)
class Votes:
    """How often one answer of one poll was given."""

    poll: str
    answer: str
    count: int


def metric(variable: str, answer: str) -> str:
    """The count's name. A variable's name has no colon, so the parts can be told apart again."""
    return f"{_PREFIX}{variable}:{answer}"


async def read_votes(store: Store, workspace_id: str, today: dt.date, days: int) -> list[Votes]:
    """The votes of so many days up to today (UTC), by poll, the most given answer first."""
    found: Counter[tuple[str, str]] = Counter()
    stored = await store.activity.daily(workspace_id, today - dt.timedelta(days=days - 1), today)
    for counts in stored.values():
        for name, count in counts.items():
            if name.startswith(_PREFIX):
                poll, _, answer = name.removeprefix(_PREFIX).partition(":")
                found[poll, answer] += count
    votes = [Votes(poll, answer, count) for (poll, answer), count in found.items()]
    return sorted(votes, key=lambda each: (each.poll, -each.count, each.answer))
