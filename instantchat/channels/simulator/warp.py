"""Time that is moved forward on order, so that 60 days are a second's test: the simulator's, and of a product with it
inside all that runs by the clock. Signing in is not among that: sessions and access tokens keep the machine's time."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable

from instantchat.kit.clock import Clock

_NAME = "clock_offset"


class WarpedClock:
    """`now` runs `offset` seconds ahead of the clock behind it; `sleep` takes real seconds."""

    def __init__(self, behind: Clock) -> None:
        self.behind = behind
        self._offset = 0.0
        self._followers: list[Callable[[], None]] = []

    @property
    def offset(self) -> float:
        """Seconds it is ahead."""
        return self._offset

    @property
    def is_followed(self) -> bool:
        """Whether more than the simulator runs by it."""
        return bool(self._followers)

    def now(self) -> dt.datetime:
        return self.behind.now() + dt.timedelta(seconds=self._offset)

    async def sleep(self, seconds: float) -> None:
        await self.behind.sleep(seconds)

    def follow(self, moved: Callable[[], None]) -> None:
        """Call `moved` after every move: what waits for a moment has to look whether it has come."""
        self._followers.append(moved)

    def move(self, offset: float) -> None:
        """Run `offset` seconds ahead from now on."""
        self._offset = offset
        for moved in self._followers:
            moved()


def real(clock: Clock) -> Clock:
    """The clock that nobody moves."""
    return clock.behind if isinstance(clock, WarpedClock) else clock


def read_offset(connection: sqlite3.Connection) -> float:
    """How far ahead an earlier process had moved its time; time never runs backwards over a restart."""
    row = connection.execute("SELECT value FROM kept WHERE name = ?", (_NAME,)).fetchone()
    return float(row["value"]) if row else 0.0


def keep_offset(connection: sqlite3.Connection, offset: float) -> None:
    """For the next process."""
    connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (_NAME, str(offset)))
