"""Somebody who set the product up over REST: signed up, connected through the simulator, with an active flow."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import socketio

from tests.support.seed import keyword_flow

PASSWORD = "plenty of small boats"


@dataclass
class Owner:
    """`http` carries the session's token; `ig_id` is the connected account at the simulator."""

    url: str
    http: httpx.AsyncClient
    token: str
    ig_id: str = ""

    async def connect(self) -> None:
        """Allow access on the authorize page, and come back."""
        accounts = await self._ask("GET", "/simulator/api/accounts")
        self.ig_id = accounts["data"][0]["id"]
        begun = await self._ask("GET", "/api/instagram/connect")
        page = begun["authorizeUrl"]
        allowed = await self.http.post(page, data={"action": "allow", "account": self.ig_id})
        back = urlsplit(allowed.headers["location"])
        done = await self.http.get(f"{back.path}?{back.query}")
        assert done.headers["location"].endswith("connected=1"), done.headers["location"]

    async def activate(self, keyword: str, answer: str) -> None:
        """Save and activate a flow that answers a keyword."""
        graph = keyword_flow(keyword, answer)
        body = {"name": f"Answer {keyword}", "nodes": graph["nodes"], "edges": graph["edges"]}
        saved = await self._ask("POST", "/api/flow/save", json=body)
        active = await self._ask("POST", f"/api/flow/{saved['id']}/activate")
        assert active["status"] == "active"

    async def write(self, igsid: str, text: str) -> None:
        """The customer writes."""
        path = f"/simulator/api/customers/{igsid}/messages"
        await self._ask("POST", path, json={"accountId": self.ig_id, "text": text})

    async def customer(self, username: str) -> str:
        """A new customer's id."""
        return str((await self._ask("POST", "/simulator/api/customers", json={"username": username}))["igsid"])

    async def phone(self, igsid: str) -> list[tuple[str, str]]:
        """(direction, text) of the thread as the customer's phone shows it."""
        thread = await self._ask("GET", f"/simulator/api/threads/{self.ig_id}/{igsid}")
        return [(each["direction"], each["text"]) for each in thread["data"]]

    async def inbox(self) -> list[dict[str, Any]]:
        """The conversations."""
        return list((await self._ask("GET", "/api/messages/instagram"))["data"])

    async def texts(self, conversation_id: str) -> list[tuple[str, str, str]]:
        """(direction, status, text), oldest first."""
        thread = await self._ask("GET", f"/api/messages/instagram/{conversation_id}")
        return [(each["direction"], each["status"], each["text"]) for each in reversed(thread["data"])]

    @contextlib.asynccontextmanager
    async def socket(self, url: str = "") -> AsyncIterator[list[tuple[str, Any]]]:
        """What a stock Socket.IO client hears from now on, at this server or another one."""
        heard: list[tuple[str, Any]] = []

        async def hear(event: str, data: Any = None) -> None:
            heard.append((event, data))

        async with self.asking(url, hear):
            yield heard

    @contextlib.asynccontextmanager
    async def asking(
        self, url: str = "", hear: Callable[..., Any] | None = None
    ) -> AsyncIterator[socketio.AsyncClient]:
        """A stock Socket.IO client."""
        client = socketio.AsyncClient(reconnection=False)
        if hear is not None:
            client.on("*", hear)
        await client.connect(url or self.url, auth={"token": self.token}, transports=["websocket"])
        try:
            yield client
        finally:
            await client.disconnect()

    async def _ask(self, method: str, path: str, **body: Any) -> Any:
        answer = await self.http.request(method, path, **body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()


@contextlib.asynccontextmanager
async def signed_up(url: str, email: str = "ada@example.com") -> AsyncIterator[Owner]:
    """A new account, without anything connected."""
    async with httpx.AsyncClient(base_url=url, timeout=15) as http:
        answer = await http.post("/api/auth/signup", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        token = answer.json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield Owner(url, http, token)


def live_texts(heard: list[tuple[str, Any]]) -> list[str]:
    """The texts of the messages heard, each once, in the order of their first coming."""
    return list(dict.fromkeys(data["message"]["text"] for event, data in heard if event == "message"))
