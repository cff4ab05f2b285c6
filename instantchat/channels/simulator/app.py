"""The simulator's ASGI application: routes only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from instantchat.channels.simulator import consent, graph, pages, script, sends, tokens_api
from instantchat.channels.simulator.avatars import avatar
from instantchat.channels.simulator.refusals import GraphRefusal, OAuthRefusal, render_graph, render_oauth
from instantchat.channels.simulator.simulator import Simulator
from instantchat.errors import AppError
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret


def create_simulator(
    *,
    data_dir: Path,
    public_url: str,
    deliver_to: str,
    clock: Clock,
    http: httpx.AsyncClient,
    app_id: str,
    app_secret: Secret,
    verify_token: Secret,
    prefix: str = "/simulator",
) -> Starlette:
    """The app with all its addresses under `prefix`; use `prefix=""` when mounting it at `/simulator` yourself.

    `public_url` is where browsers reach this server, `deliver_to` the product's webhook address. The lifespan starts
    and stops `app.state.simulator`; a mounted app has no lifespan, so call its `start()` and `stop()` there.
    """
    simulator = Simulator(
        data_dir=data_dir,
        public_url=public_url,
        deliver_to=deliver_to,
        clock=clock,
        http=http,
        app_id=app_id,
        app_secret=app_secret,
        verify_token=verify_token,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await simulator.start()
        yield
        await simulator.stop()

    handlers = {GraphRefusal: render_graph, OAuthRefusal: render_oauth, AppError: _render_problem}
    app = Starlette(routes=_routes(prefix), lifespan=lifespan, exception_handlers=handlers)
    app.state.simulator = simulator
    return app


def _routes(prefix: str) -> Sequence[BaseRoute]:
    api, meta = f"{prefix}/api", f"{prefix}/meta"
    customer = f"{api}/customers/{{igsid}}"
    return [
        Route(prefix or "/", pages.phone),
        Mount(f"{prefix}/static", StaticFiles(directory=pages.STATIC)),
        Route(f"{prefix}/avatars/{{either_id}}.svg", avatar),
        Route(f"{api}/accounts", script.list_accounts),
        Route(f"{api}/accounts", script.add_account, methods=["POST"]),
        Route(f"{api}/accounts/{{account_id}}/revoke", script.revoke_access, methods=["POST"]),
        Route(f"{api}/accounts/{{account_id}}/expire", script.expire_tokens, methods=["POST"]),
        Route(f"{api}/customers", script.list_customers),
        Route(f"{api}/customers", script.add_customer, methods=["POST"]),
        Route(f"{customer}/messages", script.write, methods=["POST"]),
        Route(f"{customer}/taps", script.tap, methods=["POST"]),
        Route(f"{customer}/reads", script.read, methods=["POST"]),
        Route(f"{api}/threads/{{account_id}}/{{igsid}}", script.thread),
        Route(f"{api}/deliveries", script.deliveries),
        Route(f"{api}/deliveries/retry", script.retry_deliveries, methods=["POST"]),
        Route(f"{api}/faults", script.faults, methods=["GET", "PUT"]),
        Route(f"{api}/handshake", script.handshake, methods=["POST"]),
        Route(f"{api}/events", script.events),
        Route(f"{meta}/oauth/authorize", consent.authorize, methods=["GET", "POST"]),
        Route(f"{meta}/oauth/access_token", tokens_api.exchange_code, methods=["POST"]),
        *_graph_routes(meta),
        Route(f"{meta}/{{path:path}}", graph.unknown_path, methods=["GET", "POST", "DELETE"]),
    ]


def _graph_routes(meta: str) -> list[BaseRoute]:
    found: list[BaseRoute] = []
    for root in (meta, f"{meta}/v{{major:int}}.{{minor:int}}"):
        found += [
            Route(f"{root}/access_token", tokens_api.long_lived),
            Route(f"{root}/refresh_access_token", tokens_api.refresh),
            Route(f"{root}/{{node}}/subscribed_apps", graph.subscriptions, methods=["GET", "POST", "DELETE"]),
            Route(f"{root}/{{node}}/messages", sends.send, methods=["POST"]),
            Route(f"{root}/{{node}}", graph.read_node),
        ]
    return found


async def _render_problem(_request: Request, problem: Exception) -> JSONResponse:
    if not isinstance(problem, AppError):
        raise problem
    body = {"type": "about:blank", "status": problem.status, "code": problem.code, "detail": problem.message}
    return JSONResponse(body, problem.status, media_type="application/problem+json")
