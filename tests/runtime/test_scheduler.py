"""When the scheduler rings. Its clock is moved by its own pauses."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

from instantchat.kit.clock import ManualClock
from instantchat.runtime.scheduler import Scheduler


class Sleepers:
    """A queue of moments; each ring takes what is due, and notes how late that is."""

    def __init__(self, clock: ManualClock, moments: list[dt.datetime]) -> None:
        self.clock, self.moments = clock, moments
        self.lateness: list[float] = []
        self.looks = 0
        self.all_woken = asyncio.Event()

    async def next_due(self, now: dt.datetime) -> dt.datetime | None:
        self.looks += 1
        return min(self.moments, default=None)

    def wake(self) -> None:
        now = self.clock.now()
        self.lateness += [(now - moment).total_seconds() for moment in self.moments if moment <= now]
        self.moments = [moment for moment in self.moments if moment > now]
        if not self.moments:
            self.all_woken.set()


class TestRun:
    async def test_a_stream_of_moments_is_woken_a_quarter_of_a_second_late_at_most(self) -> None:
        clock = ManualClock()
        moments = [clock.now() + dt.timedelta(milliseconds=2 * number) for number in range(1_000)]
        sleepers = Sleepers(clock, moments)
        queue: Any = sleepers
        running = asyncio.create_task(Scheduler(queue, clock, [sleepers.wake], idle=15).run())
        async with asyncio.timeout(5):
            await sleepers.all_woken.wait()
        running.cancel()
        assert len(sleepers.lateness) == 1_000
        assert max(sleepers.lateness) <= 0.25
        assert sleepers.looks <= 9  # two seconds of sleepers, and not one look for each
