"""The list of flows; the canvas has a state of its own, `builder.state`."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from instantchat import assembly
from instantchat.engine.flow import validate_flow
from instantchat.errors import AppError, Forbidden, Invalid, Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member
from instantchat.features.flows.names import NAME_LENGTH
from instantchat.features.flows.view import FlowView
from instantchat.kit.clock import rfc3339
from instantchat.store.records import FlowStatus
from instantchat.ui.errors import sentence
from instantchat.ui.live import changed
from instantchat.ui.toast import toast

_SHOWN = 100
_STATUSES: tuple[FlowStatus, ...] = ("active", "draft", "archived")


class FlowRow(TypedDict):
    """One flow in the list."""

    id: str
    name: str
    status: str
    has_changes: bool
    errors: int
    nodes: int
    updated_at: str


class FlowList(rx.State):
    """The list of flows, and the dialog that is open over it."""

    rows: list[FlowRow] = []
    is_loaded: bool = False
    has_more: bool = False
    can_edit: bool = False
    status: str = "all"
    search: str = ""
    dialog: str = ""
    dialog_flow: str = ""
    dialog_name: str = ""
    dialog_error: str = ""

    @rx.var
    def shown(self) -> list[FlowRow]:
        """The rows that fit the filter and the search."""
        words = self.search.casefold().split()
        return [
            row
            for row in self.rows
            if self.status in ("all", row["status"]) and all(word in row["name"].casefold() for word in words)
        ]

    @rx.var
    def counts(self) -> dict[str, int]:
        """How many flows there are of each status."""
        found = {str(status): sum(row["status"] == status for row in self.rows) for status in _STATUSES}
        return {"all": len(self.rows)} | found

    @rx.event
    async def load(self) -> None:
        """Read the list."""
        await self._read(await current_member(self))

    @rx.event(background=True)
    async def listen(self) -> None:
        """Keep the list current while it is open."""
        async with self:
            try:
                member = await current_member(self)
            except Unauthenticated:
                return  # the guard is already on its way to the sign-in page
        async for _ in changed(member.workspace_id, {"flow"}):
            async with self:
                await self._read(await current_member(self))

    @rx.event
    def set_search(self, text: str) -> None:
        """Show only flows with these words in their name."""
        self.search = text[:100]

    @rx.event
    def set_status(self, status: str) -> None:
        """Show only flows of this status."""
        self.status = status if status in _STATUSES else "all"

    @rx.event
    def ask(self, dialog: str, flow_id: str = "") -> None:
        """Open a dialog: create, rename or delete."""
        row = next((row for row in self.rows if row["id"] == flow_id), None)
        self.dialog, self.dialog_flow, self.dialog_error = dialog[:20], flow_id[:100], ""
        self.dialog_name = row["name"] if row else ""

    @rx.event
    def set_dialog_open(self, is_open: bool) -> None:
        """The dialog was closed."""
        if not is_open:
            self.dialog = self.dialog_error = ""

    @rx.event
    async def create(self, form: dict[str, Any]) -> Any:
        """Make a flow and open it; a second press of the button finds the dialog closed."""
        member = await current_member(self)
        if self.dialog != "create":
            return None
        blank = form.get("start") == "blank"
        name = str(form.get("name") or "").strip()[: NAME_LENGTH + 1]
        try:
            view = await assembly.current().flows.create(member, name or None, blank=blank)
        except AppError as refusal:
            self.dialog_error = _refused(refusal)
            return None
        self.dialog = ""
        return rx.redirect(f"/flow-builder/{view.flow.id}")

    @rx.event
    async def rename(self, form: dict[str, Any]) -> None:
        """Give the flow of the dialog another name."""
        member = await current_member(self)
        try:
            await assembly.current().flows.rename(member, self.dialog_flow, str(form.get("name") or ""))
        except AppError as refusal:
            self.dialog_error = _refused(refusal)
            return
        self.dialog = ""
        await self._read(member)

    @rx.event
    async def delete(self) -> None:
        """Delete the flow of the dialog; a second press of the button finds none to delete."""
        member = await current_member(self)
        name, flow_id = self.dialog_name, self.dialog_flow
        self.dialog = self.dialog_flow = ""
        if not flow_id:
            return
        await assembly.current().flows.delete(member, flow_id)
        await self._read(member)
        await toast(self, f"“{name}” was deleted.")

    @rx.event
    async def duplicate(self, flow_id: str) -> None:
        """Make a copy."""
        member = await current_member(self)
        view = await assembly.current().flows.duplicate(member, flow_id)
        await self._read(member)
        await toast(self, f"“{view.flow.name}” was made.")

    @rx.event
    async def activate(self, flow_id: str) -> None:
        """Publish it and let it run."""
        member = await current_member(self)
        try:
            view = await assembly.current().flows.activate(member, flow_id)
        except Invalid as refusal:  # its first error says “here”, which is on the canvas
            await toast(self, refusal.message, "error")
            return
        await self._read(member)
        await toast(self, f"“{view.flow.name}” is active.")

    @rx.event
    async def deactivate(self, flow_id: str) -> None:
        """No new runs."""
        member = await current_member(self)
        view = await assembly.current().flows.deactivate(member, flow_id)
        await self._read(member)
        await toast(self, f"“{view.flow.name}” no longer starts. Runs that wait will finish.")

    @rx.event
    async def archive(self, flow_id: str) -> None:
        """Out of the way."""
        member = await current_member(self)
        view = await assembly.current().flows.archive(member, flow_id)
        await self._read(member)
        await toast(self, f"“{view.flow.name}” was archived.")

    async def _read(self, member: Member) -> None:
        page = await assembly.current().flows.list_flows(member, limit=_SHOWN)
        self.rows = [_row(view) for view in page.data]
        self.has_more = page.next_cursor is not None
        self.can_edit = can_edit(member)
        self.is_loaded = True


def _row(view: FlowView) -> FlowRow:
    errors = sum(issue.severity == "error" for issue in validate_flow(view.flow.graph))
    return {
        "id": view.flow.id,
        "name": view.flow.name,
        "status": view.flow.status,
        "has_changes": view.has_unpublished_changes,
        "errors": errors,
        "nodes": len(view.flow.graph["nodes"]),
        "updated_at": rfc3339(view.flow.updated_at),
    }


def _refused(refusal: AppError) -> str:
    if isinstance(refusal, Unauthenticated):
        raise refusal
    return sentence(refusal)


def can_edit(member: Member) -> bool:
    """Whether to offer changes; the service decides again."""
    try:
        member.require("admin")
    except Forbidden:
        return False
    return True
