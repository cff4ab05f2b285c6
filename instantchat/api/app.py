"""The API as one ASGI application: the routes of every feature, behind the gate. Imports no Reflex."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp

from instantchat import __version__, features
from instantchat.api.address import Proxies
from instantchat.api.docs import docs_router
from instantchat.api.gate import Gate
from instantchat.api.operations import operations_router
from instantchat.api.problems import install_problems
from instantchat.api.webhook import PATHS, WebhookApp
from instantchat.features.auth.avatars import LARGEST_UPLOAD
from instantchat.kit.rate_limit import RateLimit

if TYPE_CHECKING:
    from instantchat.assembly import Assembly

_SIGNED = 64 * 1024
_BODY_LIMITS = {"/api/user/avatar": LARGEST_UPLOAD + 64 * 1024} | {
    f"{path}/{name}": _SIGNED for path in PATHS for name in ("deauthorize", "data-deletion")
}
_PROBLEM: dict[str, Any] = {
    "description": "A refusal (RFC 9457)",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "code", "detail"],
                "properties": {
                    **{name: {"type": "string"} for name in ("type", "title", "code", "detail")},
                    "status": {"type": "integer"},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["code", "message"],
                            "properties": {name: {"type": "string"} for name in ("code", "field", "nodeId", "message")},
                        },
                    },
                },
            }
        }
    },
}


def build_api(assembly: Assembly, routers: Sequence[APIRouter] | None = None) -> ASGIApp:
    """Everything under `/api` and `/webhook`. Without `routers`, those of every feature that has an `api` module."""
    app = FastAPI(
        title="InstantChat",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={"4XX": _PROBLEM, 422: _PROBLEM},
    )
    app.state.auth = assembly.auth
    app.state.proxies = Proxies(assembly.settings.trusted_proxies)
    app.state.member_limit = RateLimit(assembly.clock, *assembly.settings.limit("api"))
    install_problems(app)
    for router in [operations_router(assembly), docs_router(), *(routers or feature_routers(assembly))]:
        app.include_router(router)
    webhook = WebhookApp(assembly.runtime.intake, assembly.settings.verify_token)
    for path in PATHS:  # the gate hands it GET and POST; this refuses the other methods
        app.router.routes.append(Route(path, webhook, methods=["GET", "POST"]))
    webhooks = dict.fromkeys(PATHS, webhook)
    return Gate(app, assembly.settings, assembly.clock, webhooks=webhooks, body_limits=_BODY_LIMITS)


def feature_routers(assembly: Assembly) -> list[APIRouter]:
    """`build_router(assembly)` of each `instantchat.features.<name>.api`, by name: a new one is found, never listed."""
    found = (info.name for info in pkgutil.iter_modules(features.__path__) if info.ispkg)
    names = [f"{features.__name__}.{name}.api" for name in sorted(found)]
    return [import_module(name).build_router(assembly) for name in names if find_spec(name)]
