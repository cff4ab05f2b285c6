"""The rules of Instagram accounts over HTTP: `/api/instagram/rules`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from instantchat.api.dependencies import CurrentMember
from instantchat.features.rules import schemas as s

if TYPE_CHECKING:
    from instantchat.assembly import Assembly

OfAccount = Annotated[str | None, Query(alias="accountId")]


def build_router(assembly: Assembly) -> APIRouter:
    """Reading and changing them."""
    router, rules = APIRouter(tags=["Instagram"]), assembly.rules

    @router.get("/api/instagram/rules")
    async def read(member: CurrentMember, account_id: OfAccount = None) -> s.RulesOut:
        """The rules of a connected account, without an id the oldest; 404 `not_connected`."""
        return s.RulesOut.of(await rules.account(member, account_id))

    @router.patch("/api/instagram/rules")
    async def change(member: CurrentMember, body: s.RulesPatch, account_id: OfAccount = None) -> s.RulesOut:
        """Change rules; takes the role admin. They count from the next event on. 404 `not_connected`, 422 `rules_bad`
        with an error for each field."""
        return s.RulesOut.of(await rules.change(member, account_id, body))

    return router
