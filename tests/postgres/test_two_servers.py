"""Two servers share one database: each reply goes out once, in order, also when one of them dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.postgres import crowd
from tests.postgres.processes import eventually, running
from tests.support.server import ServerProcess
from tests.support.sink import Received, SinkProtocol

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]
ANSWERS_AFTER = 0.15  # the sink's, so that calls are in flight when a server dies
LEASES_END = 50.0  # a claim of a send lasts 35 s, a lease 30 s, looked for every 5 s


@dataclass
class Sink:
    """Instagram's receiving end."""

    url: str
    received: Received


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    received = Received()
    listening = await asyncio.get_running_loop().create_server(lambda: SinkProtocol(received), "127.0.0.1", 0)
    yield Sink(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", received)
    listening.close()


async def test_every_reply_once_and_in_order(tmp_path: Path, url: str, sink: Sink) -> None:
    shop = crowd.Shop(url, sink.url)
    await shop.prepare()
    servers = [ServerProcess(tmp_path / name, "--api-only", **shop.settings) for name in ("one", "two")]
    async with running(*servers):
        await crowd.Crowd([server.url for server in servers]).write()
        await eventually(shop.is_quiet, "everything answered", 30)
    assert crowd.arrivals(sink.received) == dict.fromkeys(crowd.replies(), 1)
    crowd.assert_in_order(sink.received)
    assert await shop.ask("SELECT status, count(*) FROM messages WHERE direction = 'out' GROUP BY 1") == [("sent", 300)]


async def test_one_is_killed(tmp_path: Path, url: str, sink: Sink) -> None:
    shop = crowd.Shop(url, sink.url)
    await shop.prepare()
    servers = [ServerProcess(tmp_path / name, "--api-only", **shop.settings) for name in ("one", "two")]
    in_flight: list[int] = []
    sink.received.delay = ANSWERS_AFTER

    def kill(accepted: int) -> None:
        if accepted >= 100 and not in_flight and sink.received.in_flight:
            in_flight.append(sink.received.in_flight)
            servers[0].kill()

    async with running(*servers):
        customers = crowd.Crowd([server.url for server in servers], kill)
        await customers.write()
        await eventually(shop.is_quiet, "the other one took over", LEASES_END)
    print(f"{in_flight} calls in flight at the kill, {customers.repeated} deliveries repeated")
    assert in_flight
    arrived = crowd.arrivals(sink.received)
    stored = await shop.ask("SELECT text, status FROM messages WHERE direction = 'out'")
    assert sorted(text for text, _ in stored) == crowd.replies()
    for text, status in stored:
        assert status in ("sent", "unknown"), (text, status)
        assert arrived[text] == 1 if status == "sent" else arrived[text] <= 1, (text, status, arrived[text])
    assert set(arrived) <= set(crowd.replies())
    crowd.assert_in_order(sink.received)
    print(f"{sum(status == 'unknown' for _, status in stored)} unknown of {len(stored)}")
