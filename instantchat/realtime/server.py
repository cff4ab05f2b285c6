"""The public Socket.IO server at `/socket.io`: stock clients connect by websocket or polling (DESIGN section 7)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import socketio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from instantchat.api.address import Proxies, is_own_origin
from instantchat.api.body import limited
from instantchat.api.gate import https_redirect
from instantchat.api.headers import HeaderPolicy
from instantchat.api.problems import problem_response
from instantchat.errors import AppError
from instantchat.kit.ids import new_id
from instantchat.kit.rate_limit import RateLimit, limit_key
from instantchat.realtime.sockets import Sockets

if TYPE_CHECKING:
    from instantchat.assembly import Assembly

LARGEST_EVENT = 128 * 1024


def build_realtime(assembly: Assembly) -> ASGIApp:
    """The application for paths that begin with `/socket.io`, websocket and polling."""
    origins = [*assembly.settings.cors_origins, assembly.settings.public_url]

    def is_allowed(origin: str | None, environ: dict[str, Any]) -> bool:
        return origin is None or is_own_origin(origin, environ.get("HTTP_HOST", ""), origins)

    sio = socketio.AsyncServer(
        async_mode="asgi",
        async_handlers=False,  # one client's events are handled in order, and no faster than it can be answered
        cors_allowed_origins=is_allowed,
        max_http_buffer_size=LARGEST_EVENT,
        logger=logging.getLogger("socketio"),
        engineio_logger=logging.getLogger("engineio"),
    )
    Sockets(assembly, sio)
    return _Door(socketio.ASGIApp(sio, socketio_path="/socket.io"), assembly)


class _Door:
    """Limits what reaches the Socket.IO server before anybody has proven who they are."""

    def __init__(self, app: ASGIApp, assembly: Assembly) -> None:
        self._app = app
        self._settings = assembly.settings
        self._proxies = Proxies(assembly.settings.trusted_proxies)
        self._headers = HeaderPolicy([], https=assembly.settings.is_production)
        self._handshakes = RateLimit(assembly.clock, *assembly.settings.limit("api"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if b"sid=" not in scope.get("query_string", b""):
                self._handshakes.take(limit_key(self._proxies.client(scope)), "Too many connections.")
        except AppError as error:
            await self._refuse(error, scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._poll(scope, receive, send)

    async def _poll(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = new_id("req")

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._headers.complete(scope, message, request_id)
            await send(message)

        try:
            redirect = https_redirect(scope, self._settings)
            app = redirect or self._app
            await app(scope, await limited(scope, receive, LARGEST_EVENT), complete)
        except AppError as error:
            await problem_response(error)(scope, receive, complete)

    async def _refuse(self, error: AppError, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1013, "reason": error.message[:100]})
        else:
            await problem_response(error)(scope, receive, send)
