"""What the dashboard shows; read again whenever something happens in the workspace."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from instantchat import assembly
from instantchat.errors import Unauthenticated
from instantchat.features.analytics.schemas import DashboardOut, Step
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member
from instantchat.ui.live import changed


class Todo(TypedDict):
    """A step of a new workspace; `is_next` marks the first one open."""

    id: str
    title: str
    hint: str
    href: str
    done: bool
    is_next: bool


class Connected(TypedDict):
    """A connected account."""

    id: str
    handle: str
    picture: str


class Dashboard(rx.State):
    """Today's figures, the two charts, the connection, the way to the first reply."""

    is_loaded: bool = False
    messages_in: int = 0
    messages_out: int = 0
    runs: int = 0
    failures: int = 0
    send_failures: int = 0
    days: list[dict[str, Any]] = []
    connection: str = "none"
    connection_text: str = ""
    accounts: list[Connected] = []
    todos: list[Todo] = []
    done_count: int = 0

    @rx.var
    def is_set_up(self) -> bool:
        """Whether every step is done."""
        return self.is_loaded and self.done_count == len(self.todos)

    @rx.var
    def has_activity(self) -> bool:
        """Whether anything happened in the days of the charts."""
        return any(sum(value for key, value in day.items() if key != "day") for day in self.days)

    @rx.event
    async def load(self) -> None:
        """Read it from the database."""
        await self._read(await current_member(self))

    @rx.event(background=True)
    async def listen(self) -> None:
        """Keep it current while the page is open."""
        async with self:
            try:
                member = await current_member(self)
            except Unauthenticated:
                return  # the guard is already on its way to the sign-in page
        async for _ in changed(member.workspace_id, {"message", "run", "account", "flow"}, at_most_every=1):
            async with self:
                await self._read(await current_member(self))

    async def _read(self, member: Member) -> None:
        found = await assembly.current().analytics.dashboard(member)
        today = found.today
        self.messages_in, self.messages_out, self.runs = today.messages_in, today.messages_out, today.runs
        self.failures, self.send_failures = today.run_failures + today.send_failures, today.send_failures
        self.days = _days(found)
        self.connection, self.connection_text = found.connection.state, found.connection.message
        self.accounts = [
            {"id": each.id, "handle": f"@{each.username}", "picture": each.picture_url or ""}
            for each in found.connection.accounts
        ]
        self.todos = [_todo(step, found.next_step) for step in found.steps]
        self.done_count = sum(step.done for step in found.steps)
        self.is_loaded = True


def _days(found: DashboardOut) -> list[dict[str, Any]]:
    return [
        {
            "day": f"{each.day.day} {each.day:%b}",
            "received": each.messages_in,
            "sent": each.messages_out,
            "runs": each.runs,
            "failures": each.run_failures + each.send_failures,
        }
        for each in found.series
    ]


def _todo(step: Step, following: Step | None) -> Todo:
    return {
        "id": step.id,
        "title": step.title,
        "hint": step.hint,
        "href": step.href,
        "done": step.done,
        "is_next": following is not None and following.id == step.id,
    }
