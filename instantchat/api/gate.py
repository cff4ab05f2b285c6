"""What every API request passes, as plain ASGI: https, CORS, rate and body limits, origin check, time limit, headers,
access log. Webhook deliveries go straight through to their own application.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from instantchat.api.address import Proxies, header, is_https, is_own_origin
from instantchat.api.body import limited
from instantchat.api.headers import HeaderPolicy
from instantchat.api.problems import internal_error, problem_response
from instantchat.config import Settings
from instantchat.errors import AppError, Forbidden, Unavailable
from instantchat.features.auth.tokens import COOKIE
from instantchat.kit.clock import Clock
from instantchat.kit.ids import new_id
from instantchat.kit.rate_limit import RateLimit, limit_key

DEFAULT_BODY = 1024 * 1024
REQUEST_SECONDS = 45.0  # connecting an account talks to Meta for up to 40 s
PROBES = frozenset({"/api/health", "/api/ready"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_WITH_CREDENTIALS = 10  # one address may be an office: members have a limit each beside it
log = structlog.get_logger("instantchat.api")


@dataclass(slots=True)
class _Progress:
    """How far an answer has come."""

    status: int = 0


class Gate:
    """Stands before the API. `body_limits` by path, in bytes; `webhooks` are served without any of this."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        clock: Clock,
        *,
        webhooks: Mapping[str, ASGIApp],
        body_limits: Mapping[str, int],
    ) -> None:
        self._app = app
        self._settings = settings
        self._webhooks = webhooks
        self._body_limits = body_limits
        self._proxies = Proxies(settings.trusted_proxies)
        self._headers = HeaderPolicy(settings.cors_origins, https=settings.is_production)
        count, seconds = settings.limit("api")
        self._strangers = RateLimit(clock, count, seconds)
        self._addresses = RateLimit(clock, count * _WITH_CREDENTIALS, seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            return
        webhook = self._webhooks.get(scope["path"])
        if webhook is not None and scope["method"] in {"GET", "POST"}:
            await self._deliver(webhook, scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _deliver(self, webhook: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await webhook(scope, receive, send)
        except Exception:
            request_id = new_id("req")
            log.exception("webhook failed", request_id=request_id)
            await internal_error(request_id)(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id, began, progress = new_id("req"), time.perf_counter(), _Progress()
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                progress.status = message["status"]
                self._headers.complete(scope, message, request_id)
                deadline.reschedule(None)  # a long answer, such as an export, may take its time
            await send(message)

        refusal: Response | None = None
        deadline = asyncio.timeout(REQUEST_SECONDS)
        try:
            async with deadline:
                early = self._answer_early(scope)
                if early is None:
                    self._check(scope)
                    limit = self._body_limits.get(scope["path"], DEFAULT_BODY)
                    await self._app(scope, await limited(scope, receive, limit), complete)
                else:
                    await early(scope, receive, complete)
        except AppError as error:
            refusal = problem_response(error)
        except TimeoutError:
            refusal = problem_response(Unavailable("timeout", "This took too long and was given up. Try again."))
        except Exception:
            log.exception("request failed", path=scope["path"])
            refusal = internal_error(request_id)
        if refusal is not None and not progress.status:
            deadline = asyncio.timeout(REQUEST_SECONDS)
            async with deadline:
                await refusal(scope, receive, complete)
        write = log.debug if scope["path"] in PROBES else log.info
        write(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=progress.status,
            ms=round((time.perf_counter() - began) * 1000, 1),
        )

    def _answer_early(self, scope: Scope) -> Response | None:
        """A redirect to https, or a CORS preflight's answer."""
        if self._settings.is_production and scope["path"] not in PROBES:
            redirect = https_redirect(scope, self._settings)
            if redirect is not None:
                return redirect
        return self._headers.preflight(scope)

    def _check(self, scope: Scope) -> None:
        """Raises `rate_limited` and `bad_origin`."""
        if scope["path"] in PROBES:
            return
        by_cookie = f"{COOKIE}=" in header(scope, b"cookie")
        by_token = bool(header(scope, b"authorization"))
        limit = self._addresses if by_cookie or by_token else self._strangers
        limit.take(limit_key(self._proxies.client(scope)), "Too many requests from your address.")
        if by_cookie and not by_token and scope["method"] not in _SAFE:
            self._check_origin(scope)

    def _check_origin(self, scope: Scope) -> None:
        """A browser says where a request that may change something was made; programs send no Origin."""
        origin, site = header(scope, b"origin"), header(scope, b"sec-fetch-site")
        own = (
            is_own_origin(origin, header(scope, b"host"), self._own_origins) if origin else site in {"", "same-origin"}
        )
        if not own:
            raise Forbidden("bad_origin", "This request came from a page of another site and was refused.")

    @property
    def _own_origins(self) -> list[str]:
        return [*self._settings.cors_origins, self._settings.public_url]


def https_redirect(scope: Scope, settings: Settings) -> Response | None:
    """In production, the 308 to the same address by https for a request that came by http; None otherwise."""
    if not settings.is_production or is_https(scope):
        return None
    query = scope.get("query_string", b"").decode("latin-1")
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
    return RedirectResponse(f"{settings.public_url}{path}{'?' + query if query else ''}", 308)
