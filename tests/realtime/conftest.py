"""A running application, and stock Socket.IO clients of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.support.app import RunningApp, running_app


class Client:
    """A stock python-socketio client that keeps what it hears."""

    def __init__(self) -> None:
        self.sio = socketio.AsyncClient(reconnection=False)
        self.heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.refused: asyncio.Queue[Any] = asyncio.Queue()
        self.gone = asyncio.Event()
        self.sio.on("*", self._hear)
        self.sio.on("connect_error", self.refused.put)
        self.sio.on("disconnect", self._leave)

    async def _hear(self, event: str, data: Any = None) -> None:
        await self.heard.put((event, data))

    async def _leave(self, *_reason: object) -> None:
        self.gone.set()

    async def next(self) -> tuple[str, Any]:
        """The next event; fails after 5 s without one."""
        return await asyncio.wait_for(self.heard.get(), 5)

    async def ask(self, event: str, data: Any) -> Any:
        """Send an event and wait for its acknowledgement."""
        return await self.sio.call(event, data, timeout=15)


Connect = Callable[..., Awaitable[Client]]


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with running_app(tmp_path) as running:
        yield running


@pytest.fixture
async def connect(app: RunningApp) -> AsyncIterator[Connect]:
    """`await connect(token)`; everybody is disconnected in the end."""
    clients: list[Client] = []

    async def connect(token: str, transport: str = "websocket", **headers: str) -> Client:
        client = Client()
        clients.append(client)
        await client.sio.connect(app.url, headers=headers, auth={"token": token}, transports=[transport])
        return client

    yield connect
    for client in clients:
        await client.sio.disconnect()
