"""What every page shows live: unread messages, accounts that need somebody's attention, what flows tell members."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from typing import TypedDict

import reflex as rx

from instantchat import assembly
from instantchat.errors import NotFound, Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member
from instantchat.realtime.wire import Happening
from instantchat.runtime.live import Notice, Notification
from instantchat.ui.toast import toast

_KINDS = {"message", "conversation", "account", "resync"}
_NOTICES = 5  # toasts at once; the conversations have them all
_PAUSE = 0.25
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
        async with assembly.current().hub.subscribe(member.workspace_id) as events:
            while True:
                batch = await events.batch()
                for notice in _notices(batch, member)[-_NOTICES:]:
                    async with self:
                        await self._tell(await current_member(self), notice)
                if any(each.kind in _KINDS for each in batch):
                    async with self:
                        await self._read(await current_member(self))
                await asyncio.sleep(_PAUSE)

    async def _tell(self, member: Member, notice: Notice | Notification) -> None:
        """A toast; what a flow tells leads to its conversation, and is seen there by whoever has it open."""
        if isinstance(notice, Notification):
            await toast(self, notice.message, notice.level)
            return
        conversation_id, text = notice.note.conversation_id, notice.note.text
        href = f"/chats/{conversation_id}"
        if self.router.url.path == href:
            return
        try:
            person = (await assembly.current().inbox.conversation(member, conversation_id)).contact
        except NotFound:
            return
        name = person.name or person.username or ""
        await toast(self, text if name in text else f"{name}: {text}", "info", href=href)

    async def _read(self, member: Member) -> None:
        parts = assembly.current()
        self.unread = (await parts.inbox.conversations(member, limit=1)).total_unread
        self.troubles = [
            {"id": each.id, "text": _TROUBLE[each.state].format(each.username)}
            for each in await parts.connect.status(member)
            if each.state in _TROUBLE
        ]


def _notices(batch: Sequence[Happening], member: Member) -> list[Notice | Notification]:
    """What is for this member."""
    told = [each.record for each in batch if each.member_id in (None, member.user_id)]
    return [each for each in told if isinstance(each, Notice | Notification)]


async def changed(workspace_id: str, kinds: Collection[str], *, at_most_every: float = _PAUSE) -> AsyncIterator[None]:
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
