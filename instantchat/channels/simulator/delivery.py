"""Delivers webhooks over HTTP until they are answered 2xx: at once, then ever more slowly for 36 hours.

The queue is a table, so a restart goes on where it was. Items of one conversation go one after the other; a failed one
lets those behind it pass, as Meta promises no order.
"""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import httpx

from instantchat.channels.simulator import delivery_queue, people
from instantchat.channels.simulator.database import Database
from instantchat.channels.simulator.delivery_queue import LOOK_AHEAD, Delivery
from instantchat.channels.simulator.faults import Faults
from instantchat.channels.simulator.live import Live
from instantchat.channels.simulator.signing import Secrets
from instantchat.channels.simulator.webhooks import headers_of, merged
from instantchat.kit.clock import Clock

TIMEOUT = 20.0
GIVE_UP = 36 * 3600.0
_DELAYS = (0.0, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
_IN_FLIGHT = 16
_log = logging.getLogger(__name__)


class Dispatcher:
    """The one task that delivers; `wake` after `enqueue`."""

    def __init__(
        self,
        database: Database,
        live: Live,
        http: httpx.AsyncClient,
        clock: Clock,
        deliver_to: str,
        secrets: Secrets,
        faults: Faults,
    ) -> None:
        self._database, self._live, self._http, self._clock = database, live, http, clock
        self._deliver_to, self._secrets, self._faults = deliver_to, secrets, faults
        self._due = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._tried: dict[int, asyncio.Event] = {}
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
        await self._database.run(delivery_queue.make_due)
        self.wake()

    async def attempted(self, delivery_id: int) -> None:
        """Return once this delivery was tried for the first time, or after the time an answer may take."""
        event = self._tried.setdefault(delivery_id, asyncio.Event())
        self.wake()
        try:
            async with asyncio.timeout(TIMEOUT):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._tried.pop(delivery_id, None)

    async def _run(self) -> None:
        while True:
            self._due.clear()
            wait: float | None = _DELAYS[1]
            try:
                wait = None if self._faults.hold else await self._launch()
            except Exception:  # a full disk must not end deliveries for good
                _log.exception("simulator: could not read its queue; trying again")
            try:
                async with asyncio.timeout(wait):  # wait_for would swallow a cancel that meets the event (3.11)
                    await self._due.wait()
            except TimeoutError:
                continue

    async def _launch(self) -> float | None:
        """Start what is due; seconds until the next, None when only `wake` can bring one."""
        busy, now = tuple(self._busy), self._clock.now().timestamp()
        newest_first = self._faults.reorder
        rows = await self._database.run(lambda c: delivery_queue.waiting(c, busy, now, newest_first=newest_first))
        due = [delivery for delivery in rows if delivery.next_at <= now]
        for group in self._groups(due):
            if len(self._busy) >= _IN_FLIGHT:
                return None
            task = asyncio.create_task(self._deliver(group))
            self._busy.update({delivery.lane: task for delivery in group})
        if len(due) < len(rows):
            return rows[len(due)].next_at - now
        return 0.0 if due and len(rows) == LOOK_AHEAD else None

    def _groups(self, due: list[Delivery]) -> list[list[Delivery]]:
        """What goes out together: as many as ordered, else one of each conversation."""
        size = self._faults.batch
        if size > 1:
            alike = [delivery for delivery in due if delivery.signer == due[0].signer]
            return [alike[:size]] if due else []
        first_of_lane: dict[str, Delivery] = {}
        for delivery in due:
            first_of_lane.setdefault(delivery.lane, delivery)
        return [[delivery] for delivery in first_of_lane.values()]

    async def _deliver(self, group: list[Delivery]) -> None:
        try:
            kept = []
            for delivery in group:
                if self._faults.take_drop():
                    await self._note(delivery, "dropped", None, "lost, as ordered")
                else:
                    kept.append(delivery)
            if not kept:
                return
            body = kept[0].body if len(kept) == 1 else merged([delivery.body for delivery in kept])
            ordered = self._faults.signer
            signer = kept[0].signer if ordered == "instagram" else ordered
            status, error = await self._post(body, signer)
            if self._faults.duplicate:
                status, error = await self._post(body, signer)
            for delivery in kept:
                state = self._state(delivery, status)
                if state == "dropped" and self._faults.unsubscribe_on_failure:
                    await self._cut_off(delivery.lane.split(":")[0])
                await self._note(delivery, state, status, error)
        finally:
            for delivery in group:
                self._busy.pop(delivery.lane, None)
                if delivery.id in self._tried:
                    self._tried[delivery.id].set()
            self.wake()

    def _state(self, delivery: Delivery, status: int | None) -> str:
        if status is not None and 200 <= status < 300:
            return "delivered"
        return "dropped" if self._clock.now().timestamp() - delivery.created_at > GIVE_UP else "pending"

    async def _note(self, delivery: Delivery, state: str, status: int | None, error: str | None) -> None:
        attempts = delivery.attempts + 1
        next_at = self._clock.now().timestamp() + _DELAYS[min(attempts - 1, len(_DELAYS) - 1)]
        await self._database.run(lambda c: delivery_queue.record(c, delivery, state, attempts, next_at, status, error))
        self._live.publish("delivery", delivery.told(state, attempts, status, error))

    async def _cut_off(self, user_id: str) -> None:
        """After 36 hours of failures Meta unsubscribes the app; the product has to subscribe again."""
        await self._database.run(lambda c: people.set_subscription(c, user_id, ""))
        self._live.publish("accounts", {"accountId": user_id, "connected": False})

    async def _post(self, body: bytes, signer: str) -> tuple[int | None, str | None]:
        headers = headers_of(body, self._secrets.of(signer))
        timeout = self._faults.timeout_ms / 1000
        try:
            response = await self._http.post(self._deliver_to, content=body, headers=headers, timeout=timeout)
        except (httpx.HTTPError, aiohttp.ClientError, OSError) as error:
            return None, f"{type(error).__name__}: {error}"[:200]
        return response.status_code, None if response.is_success else response.text[:200]
