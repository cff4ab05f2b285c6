"""The dashboard over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from instantchat.api.dependencies import CurrentMember
from instantchat.features.analytics.schemas import DashboardOut

if TYPE_CHECKING:
    from instantchat.assembly import Assembly


def build_router(assembly: Assembly) -> APIRouter:
    """What happened, and what to do next."""
    router = APIRouter(tags=["Dashboard"])

    @router.get("/api/dashboard")
    async def dashboard(member: CurrentMember) -> DashboardOut:
        """Today, 14 days, the connection, and the way to the first reply."""
        return await assembly.analytics.dashboard(member)

    return router
