"""The simulator's own time: the machine's, moved forward on order, so that 60 days are a second's test."""

from __future__ import annotations

import datetime as dt
import sqlite3

from instantchat.kit.clock import Clock

_NAME = "clock_offset"


class WarpedClock:
    """`now` runs `offset` seconds ahead of the clock behind it; `sleep` takes real seconds."""

    def __init__(self, behind: Clock) -> None:
        self._behind = behind
        self.offset = 0.0

    def now(self) -> dt.datetime:
        return self._behind.now() + dt.timedelta(seconds=self.offset)

    async def sleep(self, seconds: float) -> None:
        await self._behind.sleep(seconds)


def read_offset(connection: sqlite3.Connection) -> float:
    """How far ahead an earlier process had moved its time; time never runs backwards over a restart."""
    row = connection.execute("SELECT value FROM kept WHERE name = ?", (_NAME,)).fetchone()
    return float(row["value"]) if row else 0.0


def keep_offset(connection: sqlite3.Connection, offset: float) -> None:
    """For the next process."""
    connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (_NAME, str(offset)))
