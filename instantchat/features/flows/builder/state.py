"""One flow on the canvas, which does the editing: it is handed the server's version, and sends patches."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat import assembly
from instantchat.engine.registry import node_schemas
from instantchat.errors import AppError, NotFound, Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member
from instantchat.features.flows import history_schemas as h
from instantchat.features.flows import schemas as s
from instantchat.features.flows.builder.replies import Answering, refusal_of, reply_to, stamp
from instantchat.features.flows.choices import Choices
from instantchat.features.flows.state import can_edit
from instantchat.features.flows.view import FlowView, StaleRevision
from instantchat.ui.live import changed
from instantchat.ui.toast import toast


class FlowBuilder(Answering, rx.State):
    """The canvas's flow: `version` is what the server has, `replies` answers what the canvas asked for."""

    version: dict[str, Any] = {}
    schemas: list[dict[str, Any]] = []
    references: Choices = {}
    missing: bool = False
    _revision: int = 0
    _status: str = ""

    @rx.event
    async def load(self) -> None:
        """Hand the canvas the flow of this page; runs again after each reconnect."""
        member = await current_member(self)
        self.schemas = node_schemas()
        self.references = await assembly.current().flows.references(member)
        await self._take(member)

    @rx.event(background=True)
    async def listen(self) -> None:
        """Hand the canvas what others save while it is open."""
        async with self:
            try:
                member = await current_member(self)
            except Unauthenticated:
                return  # the guard is already on its way to the sign-in page
        async for _ in changed(member.workspace_id, {"flow"}):
            async with self:
                await self._take(await current_member(self), only_news=True)

    @rx.event
    async def patch(self, request: dict[str, Any]) -> None:
        """Store changes made on the canvas."""
        member = await current_member(self)
        reply = reply_to("patch", request)
        try:
            body = s.PatchFlow.model_validate({"baseRevision": request.get("base"), "ops": request.get("ops")})
            view = await assembly.current().flows.patch(member, str(request.get("flowId")), body)
        except StaleRevision as refusal:
            theirs = await assembly.current().flows.get(member, str(request.get("flowId")))
            self._answer(reply | refusal_of(refusal) | {"theirs": as_version(theirs, member)})
        except (AppError, ValueError) as refusal:
            self._answer(reply | refusal_of(refusal))
        else:
            self._done(reply, view, member)

    @rx.event
    async def activate(self, request: dict[str, Any]) -> None:
        """Publish the draft and let it run."""
        await self._command("activate", request)

    @rx.event
    async def deactivate(self, request: dict[str, Any]) -> None:
        """No new runs."""
        await self._command("deactivate", request)

    @rx.event
    async def rename(self, request: dict[str, Any]) -> None:
        """Give the flow another name."""
        await self._command("rename", request)

    async def _command(self, kind: str, request: dict[str, Any]) -> None:
        member = await current_member(self)
        flows, flow_id = assembly.current().flows, str(request.get("flowId"))
        try:
            if kind == "activate":
                note = h.ActivateIn.model_validate({"note": request.get("note")}).note or ""
                view = await flows.activate(member, flow_id, note.strip())
            elif kind == "deactivate":
                view = await flows.deactivate(member, flow_id)
            else:
                view = await flows.rename(member, flow_id, str(request.get("name") or ""))
        except (AppError, ValueError) as refusal:
            self._answer(reply_to(kind, request) | refusal_of(refusal))
            return
        self._done(reply_to(kind, request), view, member)
        if kind != "rename":
            is_on = view.flow.status == "active"
            await toast(self, f"“{view.flow.name}” is active." if is_on else f"“{view.flow.name}” no longer starts.")

    async def _take(self, member: Member, *, only_news: bool = False) -> None:
        """Read the page's flow. `only_news`: unless this tab made its present version itself."""
        flow_id = self.flow
        if not flow_id:
            return
        try:
            view = await assembly.current().flows.get(member, flow_id)
        except NotFound:
            self.missing, self.version = True, {}
            return
        self.missing = False
        if only_news and (view.flow.revision, view.flow.status) == (self._revision, self._status):
            return
        self._revision, self._status = view.flow.revision, view.flow.status
        self.version = as_version(view, member)

    def _done(self, reply: dict[str, Any], view: FlowView, member: Member) -> None:
        self._revision, self._status = view.flow.revision, view.flow.status
        whole = as_version(view, member)
        seen = {key: value for key, value in whole.items() if key not in ("nodes", "edges", "viewport", "issues")}
        self._answer(reply | {"ok": True, "revision": view.flow.revision, "issues": whole["issues"], "view": seen})


def as_version(view: FlowView, member: Member) -> dict[str, Any]:
    """The flow as the canvas takes it in."""
    return {**view.out().wire(), "stamp": stamp(), "canEdit": can_edit(member)}
