"""Time is moved from the simulator, and the product follows: waits of days, windows and tokens in a moment."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.postgres.owner import Owner, signed_up
from tests.support.seed import keyword_flow
from tests.support.server import ServerProcess

pytestmark = pytest.mark.e2e
_HOUR, _DAY, _MINUTE = 3600, 86_400, 60
_PATIENCE = 20


class Shop:
    """The product, its one customer, and what its sockets tell."""

    def __init__(self, owner: Owner, igsid: str) -> None:
        self.owner, self.igsid = owner, igsid
        self._told: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    async def hear(self, event: str, data: Any = None) -> None:
        self._told.put_nowait((event, data))

    async def told(self, event: str, is_it: Callable[[Any], bool]) -> Any:
        """The data of the next such event."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                name, data = await self._told.get()
                if name == event and is_it(data):
                    return data

    async def message(self, text: str, status: str) -> dict[str, Any]:
        """The message once it is that."""

        def is_it(data: Any) -> bool:
            return bool((data["message"]["text"], data["message"]["status"]) == (text, status))

        found = (await self.told("message", is_it))["message"]
        assert isinstance(found, dict)
        return found

    async def advance(self, seconds: float) -> dict[str, Any]:
        answer = await self.owner.http.post("/simulator/api/clock", json={"advance": seconds})
        found = answer.raise_for_status().json()
        assert isinstance(found, dict)
        return found

    async def write(self, text: str) -> None:
        await self.owner.write(self.igsid, text)
        await self.message(text, "received")


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """A flow that answers "First", and "Second" a day later."""
    with ServerProcess(tmp_path, "--api-only") as server:
        async with signed_up(server.url) as owner:
            await owner.connect()
            graph = keyword_flow("price", "First")
            at = {"position": {"x": 0, "y": 0}}
            graph["nodes"] += [
                {"id": "wait", "type": "delayNode", "data": {"amount": 1, "unit": "days"}, **at},
                {"id": "second", "type": "messageNode", "data": {"content": "Second"}, **at},
            ]
            graph["edges"] += [
                {"id": "e2", "source": "answer", "target": "wait"},
                {"id": "e3", "source": "wait", "target": "second"},
            ]
            body = {"name": "Two", "nodes": graph["nodes"], "edges": graph["edges"]}
            saved = (await owner.http.post("/api/flow/save", json=body)).raise_for_status().json()
            (await owner.http.post(f"/api/flow/{saved['id']}/activate")).raise_for_status()
            made = Shop(owner, await owner.customer("ana.silva"))
            async with owner.asking(hear=made.hear):
                yield made


async def test_a_wait_of_a_day_ends_when_a_day_is_skipped(shop: Shop) -> None:
    await shop.write("price")
    await shop.message("First", "sent")
    moved = await shop.advance(20 * _HOUR)
    assert moved["movesProduct"] is True
    await shop.write("still there?")
    await shop.advance(4 * _HOUR + _MINUTE)
    await shop.message("Second", "sent")
    assert await shop.owner.phone(shop.igsid) == [
        ("in", "price"),
        ("out", "First"),
        ("in", "still there?"),
        ("out", "Second"),
    ]


async def test_the_window_closes_when_a_day_is_skipped(shop: Shop) -> None:
    await shop.write("price")
    await shop.message("First", "sent")
    await shop.advance(24 * _HOUR + _MINUTE)
    run = await shop.told("run", lambda data: data["status"] == "completed")
    steps = (await shop.owner.http.get(f"/api/runs/{run['id']}")).raise_for_status().text
    assert "window" in steps
    assert await shop.owner.phone(shop.igsid) == [("in", "price"), ("out", "First")]
    await shop.advance(7 * _DAY)
    body = {"recipientId": shop.igsid, "message": "Hello?"}
    refused = await shop.owner.http.post("/api/instagram/send-message", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "window_closed")


async def test_time_stays_moved_over_a_restart(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, "--api-only") as server:
        async with signed_up(server.url) as owner:
            await owner.connect()
            await owner.http.post("/simulator/api/clock", json={"advance": 3 * _DAY})
            server.stop()
            server.start()
            assert (await owner.http.get("/simulator/api/clock")).json()["offset"] == 3 * _DAY
            await owner.connect()
            left = await _token_ends(owner) - dt.datetime.now(dt.UTC)
            assert left > dt.timedelta(days=62)


async def test_a_token_is_refreshed_at_day_51_and_nobody_is_logged_out(shop: Shop) -> None:
    before = await _token_ends(shop.owner)
    await shop.advance(51 * _DAY)
    account = await shop.told("account", lambda _data: True)
    assert account
    after = await _token_ends(shop.owner)
    assert after - before > dt.timedelta(days=50)
    assert (await shop.owner.http.get("/api/auth/verify")).status_code == 200


async def _token_ends(owner: Owner) -> dt.datetime:
    answer = await owner.http.get("/api/instagram/account")
    return dt.datetime.fromisoformat(answer.raise_for_status().json()["tokenExpiresAt"])


async def test_a_socket_that_connects_after_a_move_stays_connected(shop: Shop) -> None:
    await shop.advance(_DAY)
    async with shop.owner.asking() as client:
        heard = await client.call("sync", {"since": 0}, timeout=_PATIENCE)
        assert "events" in heard
        assert client.connected
