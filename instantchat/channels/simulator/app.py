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

from instantchat.channels.simulator import (
    assets,
    consent,
    conversations,
    facebook,
    graph,
    graph_comments,
    graph_reads,
    messenger_profile,
    pages,
    sends,
    tokens_api,
    uploads,
    welcome_flows,
)
from instantchat.channels.simulator.avatars import avatar
from instantchat.channels.simulator.refusals import GraphRefusal, OAuthRefusal, render_graph, render_oauth
from instantchat.channels.simulator.script_routes import script_routes
from instantchat.channels.simulator.signing import Secrets
from instantchat.channels.simulator.simulator import Simulator
from instantchat.errors import AppError
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret

_ANY = ["GET", "POST", "DELETE"]


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
    facebook_app_secret: Secret | None = None,
    prefix: str = "/simulator",
) -> Starlette:
    """The app with all its addresses under `prefix`; use `prefix=""` when mounting it at `/simulator` yourself.

    `public_url` is where browsers reach this server, `deliver_to` the product's webhook address. `app_secret` is the
    Instagram app's; the Meta app's signs only when that is switched on. A `WarpedClock` is moved itself, with whatever
    else runs by it. The lifespan starts and stops
    `app.state.simulator`; a mounted app has no lifespan, so call its `start()` and `stop()` there.
    """
    simulator = Simulator(
        data_dir=data_dir,
        public_url=public_url,
        deliver_to=deliver_to,
        clock=clock,
        http=http,
        app_id=app_id,
        secrets=Secrets(app_secret, facebook_app_secret or Secret("simulated-meta-app-secret")),
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
    api, meta, facebook_path = f"{prefix}/api", f"{prefix}/meta", f"{prefix}/facebook"
    return [
        Route(prefix or "/", pages.phone),
        Mount(f"{prefix}/static", StaticFiles(directory=pages.STATIC)),
        Route(f"{prefix}/avatars/{{either_id}}.svg", avatar),
        Route(f"{prefix}/cdn/ig_messaging_cdn/", assets.fetch),
        *script_routes(api),
        Route(f"{meta}/oauth/authorize", consent.authorize, methods=["GET", "POST"]),
        Route(f"{meta}/oauth/access_token", tokens_api.exchange_code, methods=["POST"]),
        *_graph_routes(meta),
        *_facebook_routes(facebook_path),
        Route(f"{meta}/{{path:path}}", graph.unknown_path, methods=_ANY),
        Route(f"{facebook_path}/{{path:path}}", facebook.on_facebook(graph.unknown_path), methods=_ANY),
    ]


def _facebook_routes(path: str) -> list[BaseRoute]:
    """`graph.facebook.com`: what is its own, then the calls that it shares with `graph.instagram.com`."""
    found: list[BaseRoute] = []
    for root in _roots(path):
        node = f"{root}/{{node}}"
        found += [
            Route(f"{root}/oauth/access_token", facebook.on_facebook(facebook.exchange)),
            Route(f"{root}/me/accounts", facebook.on_facebook(facebook.pages)),
            Route(f"{node}/subscribed_apps", facebook.on_facebook(facebook.subscriptions), methods=_ANY),
            Route(node, facebook.on_facebook(facebook.read_node)),
            *(
                Route(each.path, facebook.on_facebook(each.endpoint), methods=each.methods)
                for each in _node_routes(node)
            ),
        ]
    return found


def _graph_routes(meta: str) -> list[BaseRoute]:
    found: list[BaseRoute] = []
    for root in _roots(meta):
        node = f"{root}/{{node}}"
        found += [
            Route(f"{root}/access_token", tokens_api.long_lived),
            Route(f"{root}/refresh_access_token", tokens_api.refresh),
            Route(f"{node}/subscribed_apps", graph.subscriptions, methods=_ANY),
            Route(node, graph_reads.read_node),
            *_node_routes(node),
        ]
    return found


def _node_routes(node: str) -> list[Route]:
    return [
        Route(f"{node}/messages", sends.send, methods=["POST"]),
        Route(f"{node}/welcome_message_flows", welcome_flows.welcome_message_flows, methods=_ANY),
        Route(f"{node}/message_attachments", uploads.upload, methods=["POST"]),
        Route(f"{node}/messenger_profile", messenger_profile.messenger_profile, methods=_ANY),
        Route(f"{node}/conversations", conversations.conversations),
        Route(f"{node}/media", graph_comments.own_media),
        Route(f"{node}/comments", graph_comments.media_comments),
        Route(f"{node}/replies", graph_comments.replies, methods=["GET", "POST"]),
        Route(node, graph_comments.change, methods=["POST", "DELETE"]),
    ]


def _roots(path: str) -> tuple[str, str]:
    """Unversioned and versioned."""
    return path, f"{path}/v{{major:int}}.{{minor:int}}"


async def _render_problem(_request: Request, problem: Exception) -> JSONResponse:
    if not isinstance(problem, AppError):
        raise problem
    body = {"type": "about:blank", "status": problem.status, "code": problem.code, "detail": problem.message}
    return JSONResponse(body, problem.status, media_type="application/problem+json")
