"""PostgreSQL goes away while the product runs: deliveries are refused so that they are repeated, then all goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.postgres import crowd
from tests.postgres.processes import eventually, running
from tests.support.postgres import PostgresServer
from tests.support.server import ServerProcess, free_port
from tests.support.sink import SinkProcess

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]
ANSWERS_AFTER = 0.7


async def test_everything_goes_on_afterwards(tmp_path: Path, postgres: PostgresServer, url: str) -> None:
    with SinkProcess(free_port()) as sink:
        shop = crowd.Shop(url, sink.url)
        await shop.prepare()
        server = ServerProcess(tmp_path, "--api-only", **shop.settings)
        async with running(server), httpx.AsyncClient(base_url=server.url, timeout=15) as http:

            async def arrived(text: str) -> bool:
                return text in [each for _, each, _ in await asyncio.to_thread(sink.received)]

            assert (await _deliver(http, "order before")).status_code == 200
            await eventually(lambda: arrived("Got order before"), "the reply before")
            await asyncio.to_thread(sink.delay, ANSWERS_AFTER)  # its call is under way when the database goes away
            assert (await _deliver(http, "order while")).status_code == 200
            await eventually(lambda: arrived("Got order while"), "a call under way")
            await asyncio.to_thread(postgres.stop)
            try:
                await _assert_refused(http)
                assert (await http.get("/api/health")).status_code == 200
            finally:
                await asyncio.to_thread(postgres.start)
            await eventually(lambda: _is_ready(http), "ready again")
            assert (await _deliver(http, "order during")).status_code == 200  # Meta's repetition
            assert (await _deliver(http, "order after")).status_code == 200
            for text in ("Got order during", "Got order after"):
                await eventually(lambda text=text: arrived(text), text)
            await eventually(shop.is_quiet, "everything settled")
        came = ["Got order before", "Got order while", "Got order during", "Got order after"]
        assert [text for _, text, _ in sink.received()] == came
        outcomes = await shop.ask("SELECT text FROM messages WHERE direction = 'out' AND status = 'sent'")
        assert sorted(text for (text,) in outcomes) == sorted(came)
    assert "Traceback" not in server.output, server.output


async def _assert_refused(http: httpx.AsyncClient) -> None:
    """Twice: by connections that broke, and by those that cannot be made. Not ready, in the same words."""
    for answer in (
        await _deliver(http, "order during"),
        await _deliver(http, "order during"),
        await http.get("/api/ready"),
    ):
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["code"] == "database_unavailable"


async def _deliver(http: httpx.AsyncClient, text: str) -> httpx.Response:
    body = crowd.webhook(crowd.igsid(1), text)
    return await http.post("/api/webhook/instagram", content=body, headers=crowd.signed(body))


async def _is_ready(http: httpx.AsyncClient) -> bool:
    return (await http.get("/api/ready")).status_code == 200
