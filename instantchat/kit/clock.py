"""Time comes from a `Clock`; every `*_at` in the product is an aware UTC datetime."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Protocol


class Clock(Protocol):
    """What the product may ask of time."""

    def now(self) -> dt.datetime:
        """The present moment, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`; cancellable."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that moves only when told; `sleep` returns at once after moving it."""

    def __init__(self, start: dt.datetime | None = None) -> None:
        self._now = start or dt.datetime(2026, 1, 1, 12, 0, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the present forward."""
        self._now += dt.timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await asyncio.sleep(0)


def from_epoch(value: float | str) -> dt.datetime:
    """Seconds or milliseconds since 1970, as number or digits (Meta sends all four), to UTC.

    Values above 1e11 are milliseconds. Raises ValueError for what is no number or out of range.
    """
    number = float(value)
    if abs(number) > 1e11:
        number /= 1000
    try:
        return dt.datetime.fromtimestamp(number, dt.UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"not a moment in time: {value!r}") from error


def rfc3339(moment: dt.datetime) -> str:
    """RFC 3339 in UTC with milliseconds and `Z`, the form of every time in the API."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
