"""A simulator, the product's client in front of it, and a real HTTP server that plays the product's webhook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from aiohttp import web

from instantchat.channels.instagram import signature
from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.payloads import ParsedEvent
from instantchat.channels.instagram.webhook import parse_delivery
from instantchat.channels.simulator import Simulator, create_simulator
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Secret
from instantchat.kit.http import new_client

APP_ID = "1000000000000001"
APP_SECRET = Secret("app-secret")
META_SECRET = Secret("meta-secret")
META = "http://testserver/simulator/meta"
CALLBACK = "http://localhost:8000/api/instagram/callback"
PATIENCE = 10.0


@dataclass
class Product:
    """The webhook end: keeps what came, answers from `answers` (then 200)."""

    answers: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    signed_with: list[str | None] = field(default_factory=list)
    pause: asyncio.Event | None = None
    forms: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    events: asyncio.Queue[ParsedEvent] = field(default_factory=asyncio.Queue)

    async def receive(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            ok = request.query.get("hub.verify_token") == "verify"
            return web.Response(status=200 if ok else 403, text=request.query.get("hub.challenge", "") if ok else "no")
        body = await request.read()
        if self.pause is not None:
            await self.pause.wait()
        status = self.answers.pop(0) if self.answers else 200
        self.bodies.append(body)
        self.headers.append(request.headers.copy())
        if status == 200:
            secrets = {"app": APP_SECRET, "meta": META_SECRET}
            self.signed_with.append(signature.verify(body, request.headers[signature.HEADER], secrets))
            assert self.signed_with[-1]
            for event in parse_delivery(body):
                self.events.put_nowait(event)
        return web.Response(status=status, text="refused" if status != 200 else "ok")

    async def call_back(self, request: web.Request) -> web.Response:
        self.forms.append((request.path, await request.post()))
        return web.json_response({"url": "https://example.com/d/1", "confirmation_code": "1"})

    async def next_event(self) -> ParsedEvent:
        return await asyncio.wait_for(self.events.get(), PATIENCE)


@dataclass
class World:
    """Everything a test touches."""

    simulator: Simulator
    http: httpx.AsyncClient
    client: InstagramClient
    product: Product
    clock: ManualClock
    account_id: str = ""
    token: Secret = field(default_factory=lambda: Secret(""))
    deliveries: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def api(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """A script call; its JSON. Fails the test on a refusal."""
        answer = await self.http.request(method, f"/simulator/api/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def authorize(self, username: str = "sunny.bakery", **changes: str) -> dict[str, str]:
        """Allow on the consent page; the callback's query."""
        accounts = (await self.api("GET", "accounts"))["data"]
        chosen = next(account["id"] for account in accounts if account["username"] == username)
        url = self.client.authorize_url(CALLBACK, "st/ate")
        answer = await self.http.post(url, data={"action": "allow", "account": chosen, **changes})
        assert answer.status_code == 302, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    async def connect(self) -> None:
        """The whole of OAuth, and the webhooks on."""
        code = (await self.authorize())["code"]
        short = await self.client.exchange_code(code, CALLBACK)
        self.token = (await self.client.long_lived(short.token)).token
        self.account_id = (await self.client.me(self.token)).ig_user_id
        await self.client.subscribe(self.account_id, self.token)

    async def customer(self) -> str:
        """The IGSID of a customer."""
        return str((await self.api("GET", "customers"))["data"][0]["igsid"])

    async def customer_named(self, username: str) -> str:
        """The IGSID of a new customer."""
        return str((await self.api("POST", "customers", {"username": username}))["igsid"])

    async def posts(self, kind: str = "FEED") -> list[dict[str, Any]]:
        """The connected account's posts of a kind, newest first."""
        found = (await self.api("GET", f"accounts/{self.account_id}/posts"))["data"]
        return [post for post in found if post["kind"] == kind]

    async def comment(self, igsid: str, text: str, parent_id: str = "") -> dict[str, Any]:
        """The customer comments on the newest post."""
        body = {"mediaId": (await self.posts())[0]["id"], "text": text, "parentId": parent_id}
        found = await self.api("POST", f"customers/{igsid}/comments", body)
        assert isinstance(found, dict)
        return found

    async def graph(self, method: str, path: str, **request: Any) -> tuple[int, dict[str, Any]]:
        """Any Graph call: (status, error or answer)."""
        headers = {"Authorization": f"Bearer {self.token.reveal()}"}
        answer = await self.http.request(method, f"{META}/v25.0/{path}", headers=headers, **request)
        found = json.loads(answer.content)
        return answer.status_code, found.get("error", found)

    async def refused(self, method: str, path: str, body: dict[str, Any]) -> int:
        """The status of a script call that is refused with a sentence."""
        answer = await self.http.request(method, f"/simulator/api/{path}", json=body)
        assert answer.json()["detail"]
        return answer.status_code

    def body(self, number: int = -1) -> Any:
        """What the product was sent, parsed."""
        return json.loads(self.product.bodies[number])

    async def write(self, igsid: str, text: str) -> dict[str, Any]:
        """The customer writes to the connected account."""
        body = {"accountId": self.account_id, "text": text}
        found = await self.api("POST", f"customers/{igsid}/messages", body)
        assert isinstance(found, dict)
        return found

    async def next_delivery(self, **wanted: Any) -> dict[str, Any]:
        """The next recorded delivery that has these values; every one since the start is looked at once."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await self.deliveries.get()
                if all(found[name] == value for name, value in wanted.items()):
                    return found

    async def raw_send(self, payload: Any, token: str | None = None) -> tuple[int, dict[str, Any]]:
        """A send as any client could make it: (status, error or answer)."""
        shown = self.token.reveal() if token is None else token
        answer = await self.http.post(
            f"/simulator/meta/v25.0/{self.account_id}/messages",
            json=payload,
            headers={"Authorization": f"Bearer {shown}"},
        )
        found = json.loads(answer.content)
        return answer.status_code, found.get("error", found)


@asynccontextmanager
async def a_world(data_dir: Path, *, connected: bool = True) -> AsyncIterator[World]:
    product, clock = Product(), ManualClock()
    async with _listening(product) as deliver_to, new_client() as outgoing:
        app = create_simulator(
            data_dir=data_dir,
            public_url="http://localhost:8000",
            deliver_to=deliver_to,
            clock=clock,
            http=outgoing,
            app_id=APP_ID,
            app_secret=APP_SECRET,
            facebook_app_secret=META_SECRET,
            verify_token=Secret("verify"),
        )
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
            client = InstagramClient(
                http,
                graph_url=META,
                graph_version="v25.0",
                authorize_url=f"{META}/oauth/authorize",
                token_url=f"{META}/oauth/access_token",
                app_id=APP_ID,
                app_secret=APP_SECRET,
            )
            world = World(app.state.simulator, http, client, product, clock)
            await world.simulator.start()
            watching = asyncio.create_task(_watch(world))
            try:
                if connected:
                    await world.connect()
                yield world
            finally:
                await world.simulator.stop()
                await watching


async def _watch(world: World) -> None:
    async for line in world.simulator.live.listen():
        if line.startswith("event: delivery\n"):
            world.deliveries.put_nowait(json.loads(line.split("data: ", 1)[1]))


@asynccontextmanager
async def _listening(product: Product) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/webhook", product.receive)
    app.router.add_post("/webhook/{callback}", product.call_back)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    finally:
        await runner.cleanup()
