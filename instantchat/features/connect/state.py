"""What `/connect-instagram` shows."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from instantchat import assembly
from instantchat.errors import Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member
from instantchat.features.connect.refusals import sentence_of
from instantchat.store.records import Account
from instantchat.ui.live import changed
from instantchat.ui.toast import toast


class Card(TypedDict):
    """A connected account, or one that was."""

    id: str
    handle: str
    name: str
    picture: str
    state: str
    until: str


class Connection(rx.State):
    """The accounts of the workspace, and why the last attempt to connect one failed."""

    is_loaded: bool = False
    cards: list[Card] = []
    problem: str = ""
    is_busy: bool = False

    @rx.var
    def has_live_account(self) -> bool:
        """Whether an account is connected now."""
        return any(card["state"] != "disconnected" for card in self.cards)

    @rx.event
    async def load(self) -> Any:
        """Read the accounts; what Instagram's answer left in the address becomes a sentence."""
        await self._read(await current_member(self))
        answer = self.router.url.query_parameters
        self.problem = sentence_of(answer["error"]) if answer.get("error") else ""
        if not answer.get("connected"):
            return None
        await toast(self, "Connected. Messages to this account arrive here from now on.")
        return rx.redirect("/connect-instagram", replace=True)

    @rx.event(background=True)
    async def listen(self) -> None:
        """Keep the states current while the page is open."""
        async with self:
            try:
                member = await current_member(self)
            except Unauthenticated:
                return  # the guard is already on its way to the sign-in page
        async for _ in changed(member.workspace_id, {"account"}):
            async with self:
                await self._read(await current_member(self))

    @rx.event
    async def disconnect(self, account_id: str) -> Any:
        """Let go of an account."""
        member = await current_member(self)
        self.is_busy = True
        yield
        try:
            await assembly.current().connect.disconnect(member, account_id)
            await self._read(member)
            await toast(self, "The account is disconnected. Its conversations stay readable.")
        finally:
            self.is_busy = False

    @rx.event
    def dismiss(self) -> Any:
        """The problem has been read."""
        self.problem = ""
        return rx.redirect("/connect-instagram", replace=True)

    async def _read(self, member: Member) -> None:
        self.cards = [_card(account) for account in await assembly.current().connect.status(member)]
        self.is_loaded = True


def _card(account: Account) -> Card:
    until = account.token_expires_at
    return {
        "id": account.id,
        "handle": f"@{account.username}",
        "name": account.name or account.username,
        "picture": account.picture_url or "",
        "state": account.state,
        "until": f"{until.day} {until:%B %Y}" if until else "",
    }
