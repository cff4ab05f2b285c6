"""The pages and Reflex's own event socket as one ASGI application."""

from __future__ import annotations

import os
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from instantchat.api.address import Proxies, header, is_own_origin
from instantchat.api.gate import https_redirect
from instantchat.api.problems import problem_response
from instantchat.assembly import Assembly
from instantchat.config import Settings
from instantchat.errors import AppError, Forbidden, TooManyRequests
from instantchat.features.auth.tokens import COOKIE
from instantchat.kit.crypto import hmac_hex
from instantchat.kit.rate_limit import RateLimit, limit_key

_EVENTS = "/_event"
_HSTS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


def build_site(assembly: Assembly, folder: Path) -> ASGIApp:
    """Reflex's application over the pages in `folder`. Importing it compiles nothing: that is done.

    Of Reflex's own endpoints only the event socket is reachable.
    """
    os.environ["REFLEX_ENV_MODE"] = "prod"
    os.environ["__REFLEX_SKIP_COMPILE"] = "true"
    from instantchat.frontend.static import Pages
    from instantchat.instantchat import app

    reflex = app()
    pages = Pages(folder, app.router)
    settings = assembly.settings
    events = EventDoor(reflex, assembly)

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await reflex(scope, receive, send)
        elif scope["path"] == _EVENTS or scope["path"].startswith(f"{_EVENTS}/"):
            await events(scope, receive, send)
        elif scope["type"] == "http":
            answer = https_redirect(scope, settings) or _same_name_redirect(scope, settings) or pages
            await answer(scope, receive, _strict(send) if settings.is_production else send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    return site


def _same_name_redirect(scope: Scope, settings: Settings) -> Response | None:
    """To `localhost` from `127.0.0.1`: a browser keeps their cookies apart, and Instagram sends people back to the one
    address this server gives out. None where `PUBLIC_URL` says what that is, and for everything but pages."""
    host = header(scope, b"host")
    if settings.public_url or host != f"127.0.0.1:{settings.port}" or "text/html" not in header(scope, b"accept"):
        return None
    query = scope.get("query_string", b"").decode("latin-1")
    return RedirectResponse(f"{settings.base_url}{scope['path']}{'?' if query else ''}{query}", status_code=307)


class EventDoor:
    """Stands before Reflex's event socket: no page of another site gets in, and nobody gets into another's state.

    Reflex keeps what a tab has been shown under a token that the browser chooses, and hands all of it to whoever comes
    with that token. Here the session cookie goes into the token, so that signing in or out starts with nothing.
    """

    def __init__(self, app: ASGIApp, assembly: Assembly) -> None:
        settings = assembly.settings
        self._app = app
        self._origins = [*settings.cors_origins, settings.public_url]
        self._proxies = Proxies(settings.trusted_proxies)
        self._handshakes = RateLimit(assembly.clock, *settings.limit("api"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        try:
            self._check(scope, is_new="sid" not in query)
        except AppError as error:
            await _refuse(error, scope, receive, send)
            return
        if "token" in query:
            query["token"] = [hmac_hex(_session(scope), query["token"][0].encode())]
            scope = {**scope, "query_string": urlencode(query, doseq=True).encode()}
        await self._app(scope, receive, send)

    def _check(self, scope: Scope, *, is_new: bool) -> None:
        """Raises `bad_origin` and `rate_limited`."""
        origin = header(scope, b"origin")
        if origin and not is_own_origin(origin, header(scope, b"host"), self._origins):
            raise Forbidden("bad_origin", "This request came from a page of another site.")
        if is_new:
            self._handshakes.take(limit_key(self._proxies.client(scope)), "Too many connections.")


def _session(scope: Scope) -> str:
    """The session cookie, empty without one."""
    try:
        found = SimpleCookie(header(scope, b"cookie")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _strict(send: Send) -> Send:
    """Browsers are to come by https from now on."""

    async def complete(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), _HSTS]
        await send(message)

    return complete


async def _refuse(error: AppError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        code = 1013 if isinstance(error, TooManyRequests) else 1008
        await send({"type": "websocket.close", "code": code})
        return
    await problem_response(error)(scope, receive, send)
