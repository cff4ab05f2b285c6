"""Conversation starters and the menu over HTTP: `/api/instagram/messenger-profile`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from instantchat.api.dependencies import CurrentMember
from instantchat.features.messenger_profile.schemas import ProfileIn, ProfileOut

if TYPE_CHECKING:
    from instantchat.assembly import Assembly

_PATH = "/api/instagram/messenger-profile"
_AccountId = Annotated[str | None, Query(alias="accountId", max_length=100)]


def build_router(assembly: Assembly) -> APIRouter:
    """Reading and replacing."""
    router, service = APIRouter(tags=["Instagram"]), assembly.messenger_profile

    @router.get(_PATH)
    async def read(member: CurrentMember, account_id: _AccountId = None) -> ProfileOut:
        """What Instagram shows now, without an id for the oldest connected account; 404 `not_connected`."""
        return await service.read(member, account_id)

    @router.put(_PATH)
    async def save(member: CurrentMember, body: ProfileIn, account_id: _AccountId = None) -> ProfileOut:
        """Replace both lists (an empty one is deleted); answers with what Instagram has then. Takes an admin."""
        return await service.save(member, account_id, body)

    return router
