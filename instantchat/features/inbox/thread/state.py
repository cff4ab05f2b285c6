"""What a member does to the open conversation as a whole: its status, and whether flows may speak in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import reflex as rx

from instantchat.assembly import current
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member
from instantchat.features.inbox.views import Row
from instantchat.store.records import Thread

_PAUSES = {"hour": dt.timedelta(hours=1), "day": dt.timedelta(days=1), "week": dt.timedelta(days=7)}


class Steering(rx.State, mixin=True):
    """The part of the inbox that changes conversations."""

    open_row: Row | None = None

    @rx.event
    async def set_status(self, status: str) -> None:
        """Mark the open conversation open, waiting or done."""
        await self._patch(await current_member(self), {"status": status})

    @rx.event
    async def pause(self, span: str) -> None:
        """Keep flows silent for an hour, a day or a week from now."""
        member = await current_member(self)
        until = current().clock.now() + _PAUSES.get(span, _PAUSES["hour"])
        await self._patch(member, {"paused_until": until})

    @rx.event
    async def resume(self) -> None:
        """Let flows answer this contact again before the pause ends."""
        await self._patch(await current_member(self), {"paused_until": None})

    @rx.event
    async def opt_in(self) -> None:
        """Let automatic messages reach this contact again, who asked for none."""
        await self._patch(await current_member(self), {"opted_out": False})

    async def _patch(self, member: Member, changes: dict[str, Any]) -> None:
        if self.open_row is not None:
            self._place_row(await current().inbox.patch(member, self.open_row.id, changes))

    def _place_row(self, thread: Thread) -> None:
        """Show the conversation as it is now."""
        raise NotImplementedError
