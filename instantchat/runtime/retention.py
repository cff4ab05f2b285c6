"""Explanations are kept for some days: handled events with their decisions, runs that are over with their traces."""

from __future__ import annotations

import asyncio
import datetime as dt

import structlog

from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.store.ports import QueueStore

log = structlog.get_logger(__name__)

SHORTEST = dt.timedelta(days=3)  # Meta repeats a delivery for 36 hours, and an event is its own guard against that
_AT_ONCE = 500
_EVERY = 3600.0
_BREATH = 0.05  # between two deletions, so that webhooks come in between


class Retention:
    """Deletes what is older than `kept`; pending events and waiting runs never."""

    def __init__(self, queue: QueueStore, clock: Clock, kept: dt.timedelta) -> None:
        self._queue = queue
        self._clock = clock
        self._kept = max(kept, SHORTEST)

    async def run(self) -> None:
        """Once an hour, until cancelled."""
        while True:
            try:
                deleted = await self.prune()
                if deleted:
                    log.info("explanations_pruned", rows=deleted, days=self._kept.days)
            except Unavailable as error:
                log.warning("pruning_waits", reason=error.message)
            except Exception:
                log.exception("pruning_failed")
            await asyncio.sleep(_EVERY)

    async def prune(self) -> int:
        """Delete all there is to delete now, in small transactions; how many rows it was."""
        before = self._clock.now() - self._kept
        total = 0
        while True:
            deleted = await self._queue.prune(before, _AT_ONCE)
            total += deleted
            if deleted < _AT_ONCE:
                return total
            await asyncio.sleep(_BREATH)
