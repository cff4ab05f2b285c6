"""The parts together, on the real clock: what wakes what, and how it stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from instantchat.channels.instagram.signature import sign
from instantchat.kit.clock import SystemClock
from instantchat.kit.completions import Completions
from instantchat.kit.crypto import Secret, Vault, new_key
from instantchat.kit.http import new_client
from instantchat.runtime.automation import Policy
from instantchat.runtime.runtime import Runtime, RuntimeOptions
from instantchat.store.connect import open_store
from instantchat.store.ports import Store
from instantchat.store.records import Json
from tests.runtime.conftest import Heard, Instagram
from tests.runtime.test_worker import chain
from tests.support.ai import open_model
from tests.support.seed import Seeded, publish, seed

SECRET = Secret("s")


class Running:
    """A started runtime, its store and its Instagram."""

    def __init__(self, store: Store, vault: Vault, seeded: Seeded) -> None:
        self.store, self.vault, self.seeded = store, vault, seeded
        self.instagram, self.heard = Instagram(), Heard()
        self.arrived = asyncio.Event()
        self.instagram.on_send = self.arrived.set
        self.runtime = self.new_runtime()

    def new_runtime(self, completions: Completions | None = None) -> Runtime:
        """As after a restart of the process."""
        client: Any = self.instagram
        options = RuntimeOptions(
            webhook_secrets={"X": SECRET},
            send_limit_text=0,
            allowed_networks=("127.0.0.0/8",),
            is_alone=True,
            policy=Policy(has_ai=completions is not None),
        )
        self.runtime = Runtime(self.store, SystemClock(), client, self.heard, self.vault, options, completions)
        return self.runtime

    async def deliver(self, text: str) -> None:
        account = self.seeded.ig_user_id
        item = {"sender": {"id": "7001"}, "recipient": {"id": account}, "message": {"mid": text, "text": text}}
        body = json.dumps({"object": "instagram", "entry": [{"id": account, "messaging": [item]}]}).encode()
        await self.runtime.intake.receive(body, sign(body, SECRET))

    async def next_send(self, timeout: float) -> str:
        """The text of the next message sent."""
        async with asyncio.timeout(timeout):
            await self.arrived.wait()
        self.arrived.clear()
        return str(self.instagram.sent[-1]["message"]["text"])


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    store = open_store(f"sqlite:///{tmp_path / 'test.db'}")
    await store.start()
    vault = Vault([new_key()])
    made = Running(store, vault, await seed(store, vault, None))
    await made.runtime.start()
    yield made
    await made.runtime.stop()
    await store.close()


class TestRuntime:
    async def test_answers_a_webhook_at_once(self, running: Running, greeting: Json) -> None:
        await publish(running.store, running.seeded.workspace_id, greeting)
        await running.deliver("price")
        assert await running.next_send(5) == "Re price"

    async def test_wakes_a_timer_in_time(self, running: Running) -> None:
        graph = chain(("delayNode", {"amount": 1, "unit": "seconds"}), ("messageNode", {"content": "Later"}))
        await publish(running.store, running.seeded.workspace_id, graph)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await running.deliver("go")
        assert await running.next_send(10) == "Later"
        assert 1.0 <= loop.time() - began < 4.0

    async def test_makes_api_calls_and_goes_on_with_the_answer(self, running: Running) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"Idempotency-Key: " in head
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"left":3}')
            writer.close()

        service = await asyncio.start_server(answer, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{service.sockets[0].getsockname()[1]}/stock"
        graph = chain(
            ("actionNode", {"action": "api_call", "endpoint": address}),
            ("messageNode", {"content": "We have {{response.body.left}}"}),
        )
        await publish(running.store, running.seeded.workspace_id, graph)
        await running.deliver("go")
        assert await running.next_send(10) == "We have 3"
        service.close()

    async def test_asks_the_language_model_and_sends_its_answer(self, running: Running) -> None:
        graph = chain(("aiNode", {"instructions": "You answer for a bakery."}))
        await publish(running.store, running.seeded.workspace_id, graph)
        await running.runtime.stop()
        async with open_model() as model:
            model.script = [(503, b""), "We open at 8."]
            http = new_client()
            await running.new_runtime(Completions(http, SystemClock(), model.url, Secret("k"))).start()
            await running.deliver("go on: when do you open?")
            assert await running.next_send(10) == "We open at 8."
            await http.aclose()
        assert model.requests[1]["messages"][-1] == {"role": "user", "content": "go on: when do you open?"}

    async def test_a_blocked_address_takes_the_error_exit(self, running: Running) -> None:
        graph = chain(
            ("actionNode", {"action": "api_call", "endpoint": "http://10.0.0.1/"}),
            ("messageNode", {"content": "Sorry"}),
        )
        graph["edges"][1]["sourceHandle"] = "error"
        await publish(running.store, running.seeded.workspace_id, graph)
        await running.deliver("go")
        assert await running.next_send(10) == "Sorry"

    async def test_fetches_the_profile_a_flow_reads(self, running: Running) -> None:
        graph = chain(("messageNode", {"content": "Hi {{contact.name|there}}"}))
        await publish(running.store, running.seeded.workspace_id, graph)
        await running.deliver("go")
        assert await running.next_send(10) == "Hi Ada Lovelace"

    async def test_stops_with_nothing_lost(self, running: Running, greeting: Json) -> None:
        await publish(running.store, running.seeded.workspace_id, greeting)
        for number in range(40):
            await running.deliver(f"price {number}")
        await running.runtime.stop()
        await running.new_runtime().start()
        while len({each["message"]["text"] for each in running.instagram.sent}) < 40:
            await running.next_send(10)
        assert len(running.instagram.sent) == 40
