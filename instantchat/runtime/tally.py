"""Daily counts of what the outbox did, added up for a second, so that they cost no commit of their own per message."""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog

from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.store.ports import ActivityStore

log = structlog.get_logger(__name__)

_EVERY = 1.0


class Tally:
    """At most the last second is lost when the process is killed: these are statistics, not records."""

    def __init__(self, activity: ActivityStore, clock: Clock) -> None:
        self._activity = activity
        self._clock = clock
        self._counts: dict[str, Counter[str]] = {}
        self._counted = asyncio.Event()

    def add(self, workspace_id: str, metric: str) -> None:
        """Count one."""
        self._counts.setdefault(workspace_id, Counter())[metric] += 1
        self._counted.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._counted.wait()
            await asyncio.sleep(_EVERY)
            await self.flush()

    async def flush(self) -> None:
        """Store what was counted since the last time."""
        self._counted.clear()
        counts, self._counts = self._counts, {}
        today = self._clock.now().date()
        for workspace_id, found in counts.items():
            try:
                await self._activity.add(workspace_id, today, found)
            except Unavailable as error:
                log.warning("counts_dropped", workspace_id=workspace_id, reason=error.message)
