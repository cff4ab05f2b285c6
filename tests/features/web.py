"""The routes of a feature over HTTP, without a server: `Authorization: Bearer <name>` is whoever the test says."""

from __future__ import annotations

from typing import Any

import httpx
from fastapi import APIRouter, FastAPI

from instantchat.api.problems import install_problems
from instantchat.errors import Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.kit.clock import ManualClock
from instantchat.kit.rate_limit import RateLimit


class Known:
    """Knows members by a word, as bearer token or cookie."""

    def __init__(self, members: dict[str, Member]) -> None:
        self._members = members

    async def member_from_bearer(self, token: str) -> Member:
        if token not in self._members:
            raise Unauthenticated("token_invalid", "Sign in again.")
        return self._members[token]

    member_from_cookie = member_from_bearer


def client(router: APIRouter, clock: ManualClock, **members: Member) -> httpx.AsyncClient:
    """A client of an API with this router; `get(..., headers=as_("ann"))` is Ann."""
    app = FastAPI()
    app.state.auth = Known(members)
    app.state.member_limit = RateLimit(clock, 100_000, 60)
    install_problems(app)
    app.include_router(router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def as_(name: str) -> dict[str, Any]:
    """Headers of that member."""
    return {"Authorization": f"Bearer {name}"}
