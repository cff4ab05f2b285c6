"""Delivers webhooks over HTTP until they are answered 2xx: at once, then ever more slowly for 36 hours.

The queue is a table, so a restart goes on where it was. Items of one conversation go one after the other; a failed one
lets those behind it pass, as Meta promises no order.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx

from instantchat.channels.simulator.database import Database
from instantchat.channels.simulator.live import Live
from instantchat.channels.simulator.webhooks import headers_of
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret

TIMEOUT = 20.0
GIVE_UP = 36 * 3600.0
_DELAYS = (0.0, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
_IN_FLIGHT = 16
_LOOK_AHEAD = 64
_KEPT = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook on its way."""

    id: int
    lane: str
    kind: str
    body: bytes
    attempts: int
    created_at: float


def enqueue(connection: sqlite3.Connection, lane: str, kind: str, body: bytes, now: float) -> None:
    """Put a webhook in the queue, in the transaction of what it tells about."""
    connection.execute(
        "INSERT INTO deliveries (lane, kind, body, next_at, created_at) VALUES (?, ?, ?, ?, ?)",
        (lane, kind, body, now, now),
    )


def recent(connection: sqlite3.Connection, limit: int = 50) -> list[dict[str, Any]]:
    """The last deliveries, newest first: `{id, kind, state, attempts, status, error, at}`."""
    rows = connection.execute(
        "SELECT id, kind, state, attempts, status, error, created_at AS at FROM deliveries ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    return [dict(row) for row in rows]


class Dispatcher:
    """The one task that delivers; `wake` after `enqueue`."""

    def __init__(
        self, database: Database, live: Live, http: httpx.AsyncClient, clock: Clock, deliver_to: str, app_secret: Secret
    ) -> None:
        self._database, self._live, self._http, self._clock = database, live, http, clock
        self._deliver_to, self._app_secret = deliver_to, app_secret
        self._due = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with what an earlier process left undelivered."""
        self._loop = self._loop or asyncio.create_task(self._run(), name="simulator-dispatcher")

    async def stop(self) -> None:
        """Stop at once; what was in flight stays in the queue and may be delivered twice, as with Meta."""
        tasks = [*self._busy.values(), *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._busy.clear()
        self._loop = None

    def wake(self) -> None:
        """Something is due."""
        self._due.set()

    async def retry_now(self) -> None:
        """Every waiting delivery is due at once."""
        await self._database.run(lambda c: c.execute("UPDATE deliveries SET next_at = 0 WHERE state = 'pending'"))
        self.wake()

    async def _run(self) -> None:
        while True:
            self._due.clear()
            wait: float | None = _DELAYS[1]
            try:
                wait = await self._launch()
            except Exception:  # a full disk must not end deliveries for good
                _log.exception("simulator: could not read its queue; trying again")
            try:
                async with asyncio.timeout(wait):  # wait_for would swallow a cancel that meets the event (3.11)
                    await self._due.wait()
            except TimeoutError:
                continue

    async def _launch(self) -> float | None:
        """Start what is due; seconds until the next, None when only `wake` can bring one."""
        busy = tuple(self._busy)
        rows = await self._database.run(lambda c: _next(c, busy))
        now, launched = self._clock.now().timestamp(), False
        for delivery, next_at in rows:
            if delivery.lane in self._busy:
                continue
            if next_at > now:
                return next_at - now
            if len(self._busy) >= _IN_FLIGHT:
                return None
            self._busy[delivery.lane] = asyncio.create_task(self._deliver(delivery))
            launched = True
        return 0.0 if launched and len(rows) == _LOOK_AHEAD else None

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            status, error = await self._post(delivery.body)
            now = self._clock.now().timestamp()
            is_done = status is not None and 200 <= status < 300
            attempts = delivery.attempts + 1
            given_up = now - delivery.created_at > GIVE_UP
            state = "delivered" if is_done else "dropped" if given_up else "pending"
            next_at = now + _DELAYS[min(attempts - 1, len(_DELAYS) - 1)]
            values = (state, attempts, next_at, status, error, delivery.id)
            await self._database.run(lambda c: _record(c, values))
            self._live.publish("delivery", _told(delivery, state, attempts, status, error))
        finally:
            self._busy.pop(delivery.lane, None)
            self.wake()

    async def _post(self, body: bytes) -> tuple[int | None, str | None]:
        try:
            response = await self._http.post(
                self._deliver_to, content=body, headers=headers_of(body, self._app_secret), timeout=TIMEOUT
            )
        except (httpx.HTTPError, aiohttp.ClientError, OSError) as error:
            return None, f"{type(error).__name__}: {error}"[:200]
        return response.status_code, None if response.is_success else response.text[:200]


def _next(connection: sqlite3.Connection, busy: tuple[str, ...]) -> list[tuple[Delivery, float]]:
    """Pending deliveries of lanes that are not busy, most urgent first."""
    marks = ",".join("?" * len(busy))
    rows = connection.execute(
        "SELECT id, lane, kind, body, attempts, created_at, next_at FROM deliveries"  # noqa: S608 - only marks
        f" WHERE state = 'pending' AND lane NOT IN ({marks}) ORDER BY next_at, id LIMIT {_LOOK_AHEAD}",
        busy,
    )
    return [(Delivery(*tuple(row)[:6]), row["next_at"]) for row in rows]


def _record(connection: sqlite3.Connection, values: tuple[Any, ...]) -> None:
    connection.execute(
        "UPDATE deliveries SET state = ?, attempts = ?, next_at = ?, status = ?, error = ? WHERE id = ?", values
    )
    connection.execute("DELETE FROM deliveries WHERE state <> 'pending' AND id <= ?", (values[-1] - _KEPT,))


def _told(delivery: Delivery, state: str, attempts: int, status: int | None, error: str | None) -> dict[str, Any]:
    about = {"id": delivery.id, "kind": delivery.kind, "state": state, "attempts": attempts}
    return {**about, "status": status, "error": error, "at": delivery.created_at}
