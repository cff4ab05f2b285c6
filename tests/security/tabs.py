"""A browser tab as an attacker writes it: Reflex's event socket, any cookie, any token, any handler."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, get_origin, get_type_hints
from uuid import uuid4

import reflex as rx
import socketio

from instantchat.kit.discovery import import_modules
from tests.security.scene import COOKIE
from tests.support.server import ServerProcess

_SPACE = "/_event"
_SHOW = "reflex___state____state.instantchat___ui___toast____toasts.show"


class Tab:
    """One connection; `heard` is every message of the server, as text."""

    def __init__(self) -> None:
        self.sio = socketio.AsyncClient(reconnection=False)
        self.heard = ""
        self._came = asyncio.Event()
        self.sio.on("*", self._hear, namespace=_SPACE)

    async def call(self, name: str, payload: dict[str, Any], path: str = "/", **query: str) -> str:
        """Run a handler; everything said up to the answer of a second, harmless event that was sent after it."""
        before = len(self.heard)
        router = {"pathname": path, "asPath": path, "query": query}
        await self.sio.emit("event", {"name": name, "payload": payload, "router_data": router}, namespace=_SPACE)
        await self.settle()
        return self.heard[before:]

    async def settle(self) -> None:
        """Return when the server has answered an event sent now."""
        mark = uuid4().hex
        event = {"name": _SHOW, "payload": {"text": mark}, "router_data": {"pathname": "/", "query": {}}}
        await self.sio.emit("event", event, namespace=_SPACE)
        await self.hears(mark)

    async def hears(self, text: str) -> None:
        """Return when the server has said this."""
        async with asyncio.timeout(10):
            while text not in self.heard:
                self._came.clear()
                await self._came.wait()

    async def _hear(self, event: str, *data: Any) -> None:
        self.heard += json.dumps([event, *data], ensure_ascii=False)
        self._came.set()


@asynccontextmanager
async def tab(
    server: ServerProcess, *, cookie: str = "", token: str | None = None, **headers: str
) -> AsyncIterator[Tab]:
    """A tab with this session cookie and client token."""
    found = Tab()
    given = {**headers, **({"Cookie": f"{COOKIE}={cookie}"} if cookie else {})}
    url = f"{server.url}/?token={token or uuid4()}"
    await found.sio.connect(
        url, headers=given, socketio_path="/_event", namespaces=[_SPACE], transports=["websocket"], wait_timeout=10
    )
    try:
        yield found
    finally:
        await found.sio.disconnect()


def states() -> list[type[rx.State]]:
    """Every state of the product."""
    import_modules("instantchat.features")
    import_modules("instantchat.ui")
    return sorted(_below(rx.State), key=lambda kind: kind.get_full_name())


def _below(kind: type[rx.State]) -> Iterator[type[rx.State]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("instantchat"):
            yield each
        yield from _below(each)


def handlers() -> Iterator[tuple[str, Any]]:
    """Full name and function of every handler a browser can call."""
    for kind in states():
        for name, handler in kind.event_handlers.items():
            yield f"{kind.get_full_name()}.{name}", handler.fn


def name_of(ending: str) -> str:
    """The full name of the handler that ends so, such as `inbox.load`."""
    return next(name for name, _ in handlers() if name.endswith(f"____{ending}"))


def arguments(function: Any, text: str, mapping: dict[str, Any]) -> dict[str, Any]:
    """A payload of the right types: `text` for every string, `mapping` for every dict."""
    try:
        hints = get_type_hints(function)
    except NameError:
        hints = {}
    payload: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        kind = hints.get(name, str)
        kind = get_origin(kind) or kind
        payload[name] = {str: text, bool: True, int: 1, float: 1.0, list: [text]}.get(kind, mapping)
    return payload
