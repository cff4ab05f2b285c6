"""What `/data-deletion/[code]` shows."""

from __future__ import annotations

import datetime as dt

import reflex as rx

from instantchat import assembly
from instantchat.errors import NotFound


class DataDeletion(rx.State):
    """One deletion, found by the code in the address; `status` is empty while it is being read."""

    status: str = ""
    confirmation: str = ""
    received: str = ""
    done: str = ""
    held_nothing: bool = False

    @rx.event
    async def load(self) -> None:
        """Read it; anybody may who has the code."""
        self.confirmation = str(getattr(self, "code", "") or "")
        try:
            found = await assembly.current().callbacks.deletion(self.confirmation)
        except NotFound:
            self.status, self.received, self.done = "unknown", "", ""
            return
        self.status, self.held_nothing = found.state, found.state == "done" and found.rows == 0
        self.received = _day(found.received_at)
        self.done = _day(found.done_at) if found.done_at else ""


def _day(moment: dt.datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
