"""When there is something to do: signals within the process, and one timer for what becomes due by itself."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Sequence

import structlog

from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.store.ports import QueueStore

log = structlog.get_logger(__name__)

_GAP = 0.25  # between two looks at what is due, seconds


class Signal:
    """A bell that stays rung until somebody hears it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """There is something to do."""
        self._event.set()

    async def heard(self, timeout: float | None = None) -> bool:
        """Wait for the bell, at most `timeout` seconds; whether it rang."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._event.wait()
        rang = self._event.is_set()
        self._event.clear()
        return rang


class Scheduler:
    """Calls `on_due` when an event, run or message becomes due, as the store knows it.

    It looks again when told of an earlier moment (`expect`), and every `idle` seconds, as other processes may have
    added something; never more often than four times a second.
    """

    def __init__(self, queue: QueueStore, clock: Clock, on_due: Sequence[Callable[[], None]], *, idle: float) -> None:
        self._queue = queue
        self._clock = clock
        self._on_due = on_due
        self._idle = idle
        self._sooner = Signal()
        self._next: dt.datetime | None = None

    def expect(self, moment: dt.datetime | None) -> None:
        """Something was stored that becomes due at `moment`."""
        if moment is not None and (self._next is None or moment < self._next):
            self._next = moment
            self._sooner.ring()

    def look_again(self) -> None:
        """The clock was moved."""
        self._sooner.ring()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._next = None
            due = await self._look()
            now = self._clock.now()
            if due is not None and due <= now:
                for wake in self._on_due:
                    wake()
                await self._clock.sleep(_GAP)
                continue
            self._plan(due)
            await self._wait(now)

    def _plan(self, due: dt.datetime | None) -> None:
        """Keep what was told of during the look, when that is sooner."""
        if due is not None and (self._next is None or due < self._next):
            self._next = due

    async def _look(self) -> dt.datetime | None:
        try:
            return await self._queue.next_due(self._clock.now())
        except Unavailable as error:
            log.warning("scheduler_waits", reason=error.message)
        except Exception:
            log.exception("scheduler_look_failed")
        return None

    async def _wait(self, began: dt.datetime) -> None:
        """Until the next moment, a sooner one that is told of meanwhile, or `idle` seconds."""
        limit = began + dt.timedelta(seconds=self._idle)
        while True:
            until = min(self._next or limit, limit)
            left = (until - self._clock.now()).total_seconds()
            if left <= 0:
                return
            await self._sooner.heard(left)
