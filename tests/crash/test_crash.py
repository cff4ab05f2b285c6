"""Nothing acknowledged is lost, nothing is sent twice: a real server process is killed while it works."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from instantchat.kit.crypto import Vault, new_key
from tests.crash.sender import Sender
from tests.support.seed import keyword_flow, seed_file
from tests.support.server import ServerProcess, free_port
from tests.support.sink import Received, SinkProtocol

EVENTS = 300
KILLS = 3
CONTACTS = 60
SECRET = "crash-app-secret"
ANSWERS_AFTER = 0.15  # the sink's, so that calls are in flight
SETTLE_SECONDS = 60.0

pytestmark = [pytest.mark.slow]


@dataclass(frozen=True, slots=True)
class Kill:
    """What was under way when the process was killed."""

    unanswered: int
    in_flight: int
    accepted: int


class Killer:
    """Kills the server when told that something changed, at random moments in which a webhook is unanswered and a call
    to the sink is in flight; then starts it again."""

    def __init__(self, server: ServerProcess, received: Received, rng: random.Random) -> None:
        self.kills: list[Kill] = []
        self.sender: Sender | None = None
        self._server = server
        self._received = received
        self._rng = rng
        self._after = self._thresholds()
        self._restarting: asyncio.Task[None] | None = None

    def changed(self) -> None:
        """A request went out, or a call arrived."""
        if self._is_time():
            asyncio.get_running_loop().call_later(self._rng.uniform(0.0, 0.004), self._kill)

    def _thresholds(self) -> list[int]:
        """After how many accepted webhooks each kill may come: one in each third of the run."""
        third = EVENTS // KILLS
        return [n * third + self._rng.randrange(third // 10, third // 2) for n in range(KILLS)]

    def _is_time(self) -> bool:
        sender, done = self.sender, len(self.kills)
        return (
            sender is not None
            and done < KILLS
            and sender.server_is_up.is_set()
            and sender.accepted >= self._after[done]
            and sender.unanswered > 0
            and self._received.in_flight > 0
        )

    def _kill(self) -> None:
        if not self._is_time():
            return  # answered meanwhile: the next request will do
        assert self.sender is not None
        self.sender.server_is_up.clear()
        self.kills.append(Kill(self.sender.unanswered, self._received.in_flight, self.sender.accepted))
        self._server.kill()
        self._restarting = asyncio.create_task(self._restart())

    async def _restart(self) -> None:
        await asyncio.to_thread(self._server.start)
        assert self.sender is not None
        self.sender.server_is_up.set()


class TestSigkill:
    async def test_every_event_is_handled_and_every_reply_sent_once_or_unknown(self, tmp_path: Path) -> None:
        seed = int(os.environ.get("INSTANTCHAT_TEST_SEED", random.SystemRandom().randrange(10**6)))
        print(f"INSTANTCHAT_TEST_SEED={seed}, N={EVENTS}")
        rng = random.Random(seed)
        key, received = new_key(), Received()
        seeded = await seed_file(tmp_path, Vault([key]), keyword_flow("order", "Got {{message.text}}"))
        received.delay = ANSWERS_AFTER
        loop = asyncio.get_running_loop()
        sink = await loop.create_server(lambda: SinkProtocol(received), "127.0.0.1", 0)
        server = _server(tmp_path, key, f"http://127.0.0.1:{sink.sockets[0].getsockname()[1]}")
        killer = Killer(server, received, rng)
        sender = killer.sender = Sender(server.port, SECRET, seeded.ig_user_id, killer.changed)
        received.on_change = killer.changed
        try:
            await asyncio.to_thread(server.start)
            sender.server_is_up.set()
            texts = [f"order number {number}" for number in range(EVENTS)]
            async with asyncio.timeout(180):
                await sender.deliver_all([(8_000_000_000 + rng.randrange(CONTACTS), text) for text in texts], 8)
            await _settled(tmp_path)
        finally:
            await asyncio.to_thread(server.stop)
            sink.close()
        print(f"{killer.kills}; {sender.repeated} deliveries repeated")
        assert len(killer.kills) == KILLS
        assert all(kill.unanswered >= 1 and kill.in_flight >= 1 for kill in killer.kills)
        assert sender.accepted >= EVENTS
        _assert_outcome(tmp_path, texts, Counter(text for _, text, _ in received.messages))


def _assert_outcome(data_dir: Path, texts: list[str], arrived: Counter[str]) -> None:
    """Counted at the receiving end; our own record has to agree with it."""
    handled = _ask(data_dir, "SELECT payload FROM events WHERE kind = 'message' AND state = 'handled'")
    assert len(handled) == len(texts)
    replies = _ask(data_dir, "SELECT text, status FROM messages WHERE direction = 'out'")
    assert sorted(text for text, _ in replies) == sorted(f"Got {text}" for text in texts)
    unknown = [text for text, status in replies if status == "unknown"]
    print(f"{len(replies)} replies, {len(unknown)} unknown of which {sum(arrived[text] for text in unknown)} arrived")
    for text, status in replies:
        assert status in ("sent", "unknown"), (text, status)
        assert arrived[text] == 1 if status == "sent" else arrived[text] <= 1, (text, status, arrived[text])
    assert set(arrived) <= {f"Got {text}" for text in texts}


async def _settled(data_dir: Path) -> None:
    """Return once nothing is pending; another process' database has no event to wait for."""
    async with asyncio.timeout(SETTLE_SECONDS):
        while _is_busy(data_dir):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def _is_busy(data_dir: Path) -> bool:
    pending = _ask(data_dir, "SELECT 1 FROM events WHERE state = 'pending' LIMIT 1")
    return bool(pending or _ask(data_dir, "SELECT 1 FROM messages WHERE status IN ('queued', 'sending') LIMIT 1"))


def _ask(data_dir: Path, query: str) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(f"file:{data_dir / 'instantchat.db'}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def _server(data_dir: Path, key: str, graph_url: str) -> ServerProcess:
    return ServerProcess(
        data_dir,
        "--api-only",
        port=free_port(),
        encryption_keys=key,
        meta_app_id="1",
        meta_app_secret=SECRET,
        meta_verify_token="verify",
        graph_url=graph_url,
        send_limit_text="0",
        simulator="false",
    )
