"""What the page of polls shows."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict

import reflex as rx

from instantchat import assembly
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member

from .votes import read_votes

DAYS = {"7": "7 days", "30": "30 days", "90": "90 days"}


class Line(TypedDict):
    """One answer of one poll."""

    poll: str
    answer: str
    count: int


class Polls(rx.State):
    """The votes of the latest days."""

    is_loaded: bool = False
    days: str = "30"
    lines: list[Line] = []

    @rx.event
    async def load(self) -> None:
        """Read them from the database."""
        await self._read(await current_member(self))

    @rx.event
    async def choose(self, days: str) -> None:
        """Show so many days; a browser may send anything at all."""
        member = await current_member(self)
        if days in DAYS:
            self.days = days
        await self._read(member)

    async def _read(self, member: Member) -> None:
        member.require("agent")
        parts = assembly.current()
        today = parts.clock.now().astimezone(dt.UTC).date()
        votes = await read_votes(parts.store, member.workspace_id, today, int(self.days))
        self.lines = [{"poll": each.poll, "answer": each.answer, "count": each.count} for each in votes]
        self.is_loaded = True
