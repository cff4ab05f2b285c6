"""A language model's endpoint, scripted: answers `POST /v1/chat/completions` in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Json = dict[str, Any]


class Model:
    """`script`: what the next requests are answered with, in order (the last for all that follow).

    A string is said by the model; `(status, body)` is answered as it is; a float is a delay before the next of them.
    `knows_formats` False refuses `response_format`, as some endpoints do.
    """

    def __init__(self) -> None:
        self.script: list[str | tuple[int, bytes] | float] = ["Hello!"]
        self.knows_formats = True
        self.requests: list[Json] = []
        self.keys: list[str | None] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.requests.append(body)
        self.keys.append(request.headers.get("Authorization"))
        if "response_format" in body and not self.knows_formats:
            return web.json_response({"error": {"message": "Unknown parameter: response_format"}}, status=400)
        said = self._next()
        if isinstance(said, float):
            await asyncio.sleep(said)
            said = self._next()
        if isinstance(said, tuple):
            return web.Response(status=said[0], body=said[1])
        return web.json_response({"choices": [{"message": {"role": "assistant", "content": said}}]})

    def _next(self) -> str | tuple[int, bytes] | float:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@asynccontextmanager
async def open_model() -> AsyncIterator[Model]:
    """A model that listens for as long as the context is open; `url` is its base URL."""
    model = Model()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # aiohttp tells the port nowhere else
    model.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield model
    finally:
        await runner.cleanup()
