"""What goes wrong meanwhile: the simulator's faults in changing order, and SIGKILLs of the product."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

from tests.chaos.stage import Instagram
from tests.support.server import ServerProcess

CALM: dict[str, Any] = {
    "sendDelayMs": 0,
    "answerDelayMs": 0,
    "failNext": None,
    "dropEcho": False,
    "echoDelayMs": 0,
    "echoFirst": False,
    "duplicate": False,
    "reorder": False,
    "batch": 1,
    "textPerSecond": 0,
    "unsubscribeOnFailure": False,
}


def _failing(times: int, code: int, status: int, **more: Any) -> dict[str, Any]:
    return {"failNext": {"code": code, "status": status, "times": times, **more}}


KINDS: dict[str, dict[str, Any]] = {
    "calm": {},
    "slow": {"sendDelayMs": 400},
    "duplicates": {"duplicate": True},
    "batches, newest first": {"reorder": True, "batch": 20},
    "echoes lost": {"dropEcho": True},
    "echoes early": {"echoFirst": True},
    "echoes late": {"echoDelayMs": 2500},
    "613 storm": _failing(15, 613, 400, subcode=2534040),
    "429 storm": _failing(15, 4, 429),
    "temporary": _failing(10, 2, 500, subcode=1545133),
    "5xx after the send": _failing(8, 1, 500, afterSend=True),
    "5xx after the send, echoes lost": {**_failing(8, 1, 500, afterSend=True), "dropEcho": True},
    "5xx instead of the send": _failing(5, 1, 500),
    "timeouts after the send": {"answerDelayMs": 25_000},
}
_SHORT = {"timeouts after the send": 0.4}


class Weather:
    """Changes every few seconds until `end`; every kind comes before any comes again."""

    def __init__(self, instagram: Instagram, server: ServerProcess, rng: random.Random, kill_every: float) -> None:
        self.seen: Counter[str] = Counter()
        self.kills = 0
        self._instagram, self._server, self._rng, self._kill_every = instagram, server, rng, kill_every
        self._tasks: list[asyncio.Task[None]] = []
        self._killing: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """From now on."""
        self._tasks = [asyncio.create_task(self._change()), asyncio.create_task(self._kill())]

    async def end(self) -> None:
        """Calm, with the product up and everything that waits delivered; raises what went wrong with the weather."""
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._killing is not None:
            await self._killing
        await self._set({})
        await self._instagram.ask("POST", "deliveries/retry")
        for each in ended:
            if isinstance(each, Exception):
                raise each

    async def _change(self) -> None:
        kinds: list[str] = []
        while True:
            if not kinds:
                kinds = self._rng.sample(sorted(KINDS), len(KINDS))
            kind = kinds.pop()
            self.seen[kind] += 1
            await self._set(KINDS[kind])
            await asyncio.sleep(_SHORT.get(kind, self._rng.uniform(0.8, 2.0)))

    async def _set(self, changes: dict[str, Any]) -> None:
        await self._instagram.ask("PUT", "faults", CALM | changes)

    async def _kill(self) -> None:
        """A restart is not cut short, not even by the end."""
        while True:
            await asyncio.sleep(self._rng.uniform(0.5, 1.5) * self._kill_every)
            self._killing = asyncio.create_task(self._kill_once())
            await asyncio.shield(self._killing)

    async def _kill_once(self) -> None:
        await asyncio.to_thread(self._server.kill)
        self.kills += 1
        await asyncio.to_thread(self._server.start)
        await self._instagram.ask("POST", "deliveries/retry")
