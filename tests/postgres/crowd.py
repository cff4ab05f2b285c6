"""A crowd of customers who write to several servers of one product, and what came out at Instagram's receiving end."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import httpx
import psycopg

from instantchat.channels.instagram import signature
from instantchat.kit.crypto import Secret, Vault, new_key
from instantchat.store.connect import open_store
from tests.support.seed import keyword_flow, seed
from tests.support.sink import Received

APP_SECRET = "crowd-app-secret"
IG_USER = "17841400000000001"
CUSTOMERS, MESSAGES = 100, 3
AT_ONCE = 16


class Shop:
    """A database with a connected account and a flow that answers everything with `order` in it."""

    def __init__(self, url: str, graph_url: str) -> None:
        self.url = url
        self._key = new_key()
        self.settings = {
            "database_url": url,
            "encryption_keys": self._key,
            "meta_app_id": "1",
            "meta_app_secret": APP_SECRET,
            "meta_verify_token": "verify",
            "graph_url": graph_url,
            "send_limit_text": "0",
            "simulator": "false",
        }

    async def prepare(self) -> None:
        """Migrate and seed, before any server."""
        store = open_store(self.url)
        await store.start()
        try:
            await seed(store, Vault([self._key]), keyword_flow("order", "Got {{message.text}}"))
        finally:
            await store.close()

    async def ask(self, query: str) -> list[tuple[str, ...]]:
        """Rows of a query."""
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            return await (await connection.execute(query.encode())).fetchall()

    async def is_quiet(self) -> bool:
        """Whether nothing waits for anybody."""
        waiting = "SELECT 1 FROM events WHERE state = 'pending' UNION ALL SELECT 1 FROM messages WHERE status IN "
        return not await self.ask(waiting + "('queued', 'sending') LIMIT 1")


class Crowd:
    """Each customer writes one message after the other, and repeats what was not answered 200, as Meta does."""

    def __init__(self, urls: Sequence[str], on_accepted: Callable[[int], None] = lambda accepted: None) -> None:
        self.accepted = 0
        self.repeated = 0
        self._urls = urls
        self._on_accepted = on_accepted
        self._room = asyncio.Semaphore(AT_ONCE)

    async def write(self) -> None:
        """All of it; returns when every message was answered 200."""
        async with httpx.AsyncClient(timeout=15) as http:
            await asyncio.gather(*(self._write(http, number) for number in range(CUSTOMERS)))

    async def _write(self, http: httpx.AsyncClient, number: int) -> None:
        for turn in range(MESSAGES):
            async with self._room:
                door = number + turn
                while not await self._deliver(http, door, number, turn):
                    self.repeated += 1
                    door += 1
            self.accepted += 1
            self._on_accepted(self.accepted)

    async def _deliver(self, http: httpx.AsyncClient, door: int, number: int, turn: int) -> bool:
        body = webhook(igsid(number), f"order {number}/{turn}")
        path = ("/api/webhook/instagram", "/webhook/instagram")[door // 2 % 2]
        try:
            answer = await http.post(self._urls[door % len(self._urls)] + path, content=body, headers=signed(body))
        except httpx.TransportError:
            return False
        return answer.status_code == 200


def assert_in_order(received: Received) -> None:
    """What arrived in each conversation arrived in the order in which it was asked for."""
    by_customer: defaultdict[str, list[str]] = defaultdict(list)
    for recipient, text, _ in received.messages:
        by_customer[recipient].append(text)
    for recipient, texts in by_customer.items():
        assert texts == sorted(texts), (recipient, texts)


def arrivals(received: Received) -> Counter[str]:
    """How often each text arrived."""
    return Counter(text for _, text, _ in received.messages)


def replies() -> list[str]:
    """One for each message of the crowd."""
    return sorted(f"Got order {number}/{turn}" for number in range(CUSTOMERS) for turn in range(MESSAGES))


def webhook(sender: str, text: str) -> bytes:
    """One message; the same text is the same message."""
    now = int(time.time() * 1000)
    sides = {"sender": {"id": sender}, "recipient": {"id": IG_USER}}
    item = {**sides, "timestamp": now, "message": {"mid": f"mid {sender} {text}", "text": text}}
    return json.dumps({"object": "instagram", "entry": [{"id": IG_USER, "time": now, "messaging": [item]}]}).encode()


def signed(body: bytes) -> dict[str, str]:
    """Meta's headers."""
    return {"Content-Type": "application/json", signature.HEADER: signature.sign(body, Secret(APP_SECRET))}


def igsid(number: int) -> str:
    """A customer's id."""
    return str(8_000_000_000 + number)
