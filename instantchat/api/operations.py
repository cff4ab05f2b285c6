"""Liveness and readiness, for whoever runs the server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter

from instantchat import __version__
from instantchat.errors import Unavailable
from instantchat.features.wire import Wire

if TYPE_CHECKING:
    from instantchat.assembly import Assembly

_PING_SECONDS = 3.0


class HealthOut(Wire):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str = __version__


class ReadyOut(Wire):
    """The process and what it depends on can serve."""

    status: Literal["ready"] = "ready"
    checks: dict[str, Literal["ok"]]


def operations_router(assembly: Assembly) -> APIRouter:
    """`/api/health` and `/api/ready`, open to everyone and never rate limited."""
    router = APIRouter(prefix="/api", tags=["Operations"])

    @router.get("/health")
    async def health() -> HealthOut:
        """Is the process alive? Restart it when this does not answer."""
        return HealthOut()

    @router.get("/ready")
    async def ready() -> ReadyOut:
        """Can it serve? 503 while the database does not answer; migrations were applied before the start."""
        try:
            async with asyncio.timeout(_PING_SECONDS):
                await assembly.store.ping()
        except TimeoutError:
            raise Unavailable("database_unavailable", "The database does not answer.") from None
        return ReadyOut(checks={"database": "ok"})

    return router
