"""A real application's API and sockets over real HTTP, served in this process so that a test holds the clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.types import Receive, Scope, Send

from instantchat.api.app import build_api
from instantchat.assembly import Assembly, build
from instantchat.config import Settings
from instantchat.kit.clock import ManualClock
from instantchat.realtime.server import build_realtime
from instantchat.store.connect import open_store
from tests.support.server import free_port

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class SignedUp:
    """Somebody with an account: headers for requests, and what sign-up answered."""

    answer: dict[str, Any]
    cookie: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.answer['token']}"}

    @property
    def token(self) -> str:
        return str(self.answer["token"])

    @property
    def user(self) -> dict[str, Any]:
        return dict(self.answer["user"])


@dataclass
class RunningApp:
    """A served application; `http` has no cookie jar, so every request carries just what its test gives it."""

    url: str
    http: httpx.AsyncClient
    assembly: Assembly
    clock: ManualClock

    async def sign_up(self, email: str = "ada@example.com", **body: Any) -> SignedUp:
        response = await self.http.post("/api/auth/signup", json={"email": email, "password": PASSWORD, **body})
        assert response.status_code == 201, response.text
        return SignedUp(response.json(), response.cookies["instantchat_session"])


@contextlib.asynccontextmanager
async def running_app(
    folder: Path, clock: ManualClock | None = None, *, worker: bool = False, **settings: Any
) -> AsyncIterator[RunningApp]:
    """Serve the API and `/socket.io` on a free loopback port over a SQLite database in `folder`, and with
    `simulator=True` the simulator, which the test starts.

    Nothing is handled or sent unless the test starts the assembly, made with `worker=True`.
    """
    port = free_port()
    given = {"data_dir": folder, "port": port, "simulator": False, "rate_limit_login_address": "1000/60", **settings}
    clock = clock or ManualClock()
    configured = Settings(**given)
    store = open_store(configured.storage_url, clock=clock)
    await store.start()
    assembly = build(configured, store, clock, worker=worker)
    try:
        async with _served(assembly, port) as url, httpx.AsyncClient(base_url=url, timeout=15) as http:
            yield RunningApp(url, http, assembly, clock)
    finally:
        await assembly.close()


@contextlib.asynccontextmanager
async def _served(assembly: Assembly, port: int) -> AsyncIterator[str]:
    api = build_api(assembly)
    served = {"socket.io": build_realtime(assembly), "simulator": assembly.simulator or api}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        first = scope["path"].split("/")[1]
        await served.get(first, api)(scope, receive, send)

    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    try:
        await _listening(port, serving)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait_for(serving, 10)


async def _listening(port: int, serving: asyncio.Task[None]) -> None:
    async with asyncio.timeout(15):
        while not serving.done():
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.01)  # the server has no event for "listening"
    serving.result()
