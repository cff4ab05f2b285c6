"""What every page shows live: unread messages, and accounts that need somebody's attention."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import TypedDict

import reflex as rx

from instantchat import assembly
from instantchat.errors import Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member

_TROUBLE = {
    "reauth_needed": "Instagram no longer accepts our access to @{0}: nothing is received or sent. Reconnect "
    "the account.",
    "restricted": "Instagram has restricted @{0}: messages may not go out. Open Instagram to see why.",
    "expiring": "Our access to @{0} ends soon. Reconnect the account to keep flows running.",
}


class Trouble(TypedDict):
    """One account that needs attention, as a sentence."""

    id: str
    text: str


class Shell(rx.State):
    """What the frame around every protected page shows."""

    unread: int = 0
    troubles: list[Trouble] = []

    @rx.event
    async def load(self) -> None:
        """Read it from the database."""
        await self._read(await current_member(self))

    @rx.event(background=True)
    async def listen(self) -> None:
        """Keep it current while the page is open."""
        async with self:
            member = await _member_or_none(self)
        if member is None:
            return  # the guard is already on its way to the sign-in page
        async for _ in changed(member.workspace_id, {"message", "conversation", "account"}):
            async with self:
                await self._read(await current_member(self))

    async def _read(self, member: Member) -> None:
        parts = assembly.current()
        self.unread = (await parts.inbox.conversations(member, limit=1)).total_unread
        self.troubles = [
            {"id": each.id, "text": _TROUBLE[each.state].format(each.username)}
            for each in await parts.connect.status(member)
            if each.state in _TROUBLE
        ]


async def changed(workspace_id: str, kinds: Collection[str], *, at_most_every: float = 0.25) -> AsyncIterator[None]:
    """Yields whenever something of these kinds changed in the workspace, or was missed: read the database again.

    However much happens, at most once per `at_most_every` seconds, so a storm costs a page no more than a trickle.
    Kinds: message, conversation, run, account, flow, typing, notification.
    """
    async with assembly.current().hub.subscribe(workspace_id) as events:
        while True:
            happened = {event.kind for event in await events.batch()}
            if "resync" in happened or not happened.isdisjoint(kinds):
                yield
                await asyncio.sleep(at_most_every)


async def _member_or_none(state: rx.State) -> Member | None:
    try:
        return await current_member(state)
    except Unauthenticated:
        return None
