"""Any body at all at the webhook of a real server: never a 5xx, nothing lost, nothing doubled, memory flat."""

from __future__ import annotations

import asyncio
import http.client
import itertools
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instantchat.channels.instagram import signature
from instantchat.kit.crypto import Secret, Vault, new_key
from tests.api.mutated import Mutated, Mutator
from tests.channels.instagram.payload_rows import IG
from tests.support.scale import FUZZ_EXAMPLES, SOAK, part_of
from tests.support.seed import keyword_flow, seed_file
from tests.support.server import ServerProcess, free_port
from tests.support.sink import SinkProcess

EXAMPLES = part_of(FUZZ_EXAMPLES)
PER_EXAMPLE = 25  # so that those of a soak are 50,000 bodies
SECRETS = (Secret("instagram-secret"), Secret("facebook-secret"))
ANSWERS = {200, 400, 401, 413}
AT_ONCE = 8
GROWTH_MB = 24.0
SETTLE_SECONDS = 120.0

pytestmark = [pytest.mark.slow]


@dataclass
class Door:
    """The webhook, what was posted to it, and the memory its process held meanwhile."""

    server: ServerProcess
    database: Path
    due: dict[str, bytes] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connections = threading.local()

    def _connection(self) -> http.client.HTTPConnection:
        """The calling thread's own."""
        if not hasattr(self._connections, "one"):
            self._connections.one = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        found: http.client.HTTPConnection = self._connections.one
        return found

    def post(self, made: Mutated, secret: Secret) -> int:
        """Post it; what it must have brought is due from an answer of 200 on."""
        headers = {signature.HEADER: signature.sign(made.body, secret), "Content-Type": "application/json"}
        connection = self._connection()
        connection.request("POST", "/api/webhook/instagram", made.body, headers)
        answer = connection.getresponse()
        answer.read()
        self.answers[answer.status] += 1
        assert answer.status in ANSWERS, (answer.status, made.body[:2_000])
        if answer.status == 200:
            self.due |= dict.fromkeys(made.mids, made.body[:2_000])
        return answer.status

    def settle(self) -> None:
        """Return once every event was handled; another process' database has no event to wait for."""
        until = time.monotonic() + SETTLE_SECONDS
        while self.ask("SELECT count(*) FROM events WHERE state = 'pending'")[0][0]:
            assert time.monotonic() < until, "events are still pending"
            time.sleep(0.1)

    def weigh(self) -> float:
        """MB the process holds for itself."""
        lines = Path(f"/proc/{self.server.pid}/status").read_text().splitlines()
        held = int(next(line for line in lines if line.startswith("RssAnon:")).split()[1]) / 1024
        self.memory.append(held)
        return held

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the database file itself."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    graph = keyword_flow("hello", "Hi")
    key = new_key()
    asyncio.run(seed_file(tmp_path, Vault([key]), graph, ig_user_id=IG))
    sink = SinkProcess(free_port())
    server = ServerProcess(
        tmp_path,
        "--api-only",
        encryption_keys=key,
        meta_app_id="1",
        meta_app_secret=SECRETS[0].reveal(),
        meta_facebook_app_secret=SECRETS[1].reveal(),
        meta_verify_token="verify",
        graph_url=sink.url,
        send_limit_text="0",
        simulator="false",
        log_level="error",
    )
    with sink, server:
        yield Door(server, tmp_path / "instantchat.db")


def test_no_body_breaks_it(door: Door) -> None:
    mutator, numbers = Mutator(), itertools.count()
    posting = ThreadPoolExecutor(AT_ONCE)

    def post(made: Mutated, luck: float) -> None:
        """Once, in some cases signed by a stranger before, or another time after."""
        if luck < 0.05:
            assert door.post(Mutated(made.body), Secret("wrong")) == 401
        status = door.post(made, SECRETS[luck > 0.5])
        if luck > 0.8:
            assert door.post(made, SECRETS[0]) == status

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.integers(0, 2**48), min_size=PER_EXAMPLE, max_size=PER_EXAMPLE, unique=True))
    def examples(seeds: list[int]) -> None:
        list(posting.map(post, [mutator.make(seed) for seed in seeds], [Random(-seed).random() for seed in seeds]))
        number = next(numbers)
        if number % 100 == 50:
            assert door.post(mutator.crowd(1_000), SECRETS[0]) == 200
        if number % (EXAMPLES // 5) == 0:
            door.settle()
            door.weigh()

    examples()
    door.settle()
    door.weigh()
    events = door.ask("SELECT json_extract(payload, '$.mid'), count(*) FROM events WHERE kind = 'message' GROUP BY 1")
    messages = door.ask("SELECT mid, count(*) FROM messages WHERE direction = 'in' GROUP BY 1")
    print(
        f"answers {dict(door.answers)}; {len(door.due)} messages due; RssAnon {[round(one) for one in door.memory]} MB"
    )
    for stored in (dict(events), dict(messages)):
        assert {mid: (stored.get(mid), body) for mid, body in door.due.items() if stored.get(mid) != 1} == {}
    assert door.ask("SELECT kind, error FROM events WHERE state <> 'handled' LIMIT 5") == []
    if SOAK:
        middle = door.memory[len(door.memory) // 2]
        assert door.memory[-1] - middle < GROWTH_MB, door.memory
