"""One flow on the canvas, which does the editing: it is handed the server's version, and sends patches."""

from __future__ import annotations

import time
from typing import Any

import reflex as rx

from instantchat import assembly
from instantchat.engine.registry import node_schemas
from instantchat.errors import AppError, NotFound, Unauthenticated, Unavailable
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member
from instantchat.features.flows import schemas as s
from instantchat.features.flows.state import can_edit
from instantchat.features.flows.view import FlowView, StaleRevision
from instantchat.ui.live import changed
from instantchat.ui.toast import toast

_REPLIES = 4


class FlowBuilder(rx.State):
    """The canvas's flow: `version` is what the server has, `replies` answers what the canvas asked for."""

    version: dict[str, Any] = {}
    schemas: list[dict[str, Any]] = []
    replies: list[dict[str, Any]] = []
    missing: bool = False
    _revision: int = 0
    _status: str = ""

    @rx.event
    async def load(self) -> None:
        """Hand the canvas the flow of this page; runs again after each reconnect."""
        member = await current_member(self)
        self.schemas = node_schemas()
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
        reply = _reply("patch", request)
        try:
            body = s.PatchFlow.model_validate({"baseRevision": request.get("base"), "ops": request.get("ops")})
            view = await assembly.current().flows.patch(member, str(request.get("flowId")), body)
        except StaleRevision as refusal:
            theirs = await assembly.current().flows.get(member, str(request.get("flowId")))
            self._answer(reply | _refusal(refusal) | {"theirs": _version(theirs, member)})
        except (AppError, ValueError) as refusal:
            self._answer(reply | _refusal(refusal))
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
                view = await flows.activate(member, flow_id)
            elif kind == "deactivate":
                view = await flows.deactivate(member, flow_id)
            else:
                view = await flows.rename(member, flow_id, str(request.get("name") or ""))
        except AppError as refusal:
            self._answer(_reply(kind, request) | _refusal(refusal))
            return
        self._done(_reply(kind, request), view, member)
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
        self.version = _version(view, member)

    def _done(self, reply: dict[str, Any], view: FlowView, member: Member) -> None:
        self._revision, self._status = view.flow.revision, view.flow.status
        whole = _version(view, member)
        seen = {key: value for key, value in whole.items() if key not in ("nodes", "edges", "viewport", "issues")}
        self._answer(reply | {"ok": True, "revision": view.flow.revision, "issues": whole["issues"], "view": seen})

    def _answer(self, reply: dict[str, Any]) -> None:
        self.replies = [*self.replies, {**reply, "id": time.time_ns() // 1000}][-_REPLIES:]


def _version(view: FlowView, member: Member) -> dict[str, Any]:
    return {**view.out().wire(), "stamp": time.time_ns() // 1000, "canEdit": can_edit(member)}


def _reply(kind: str, request: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "seq": request.get("seq"), "flowId": request.get("flowId"), "ok": False}


def _refusal(refusal: AppError | ValueError) -> dict[str, Any]:
    if not isinstance(refusal, AppError):
        return {"message": "The changes could not be read.", "errors": []}
    errors = [each.model_dump(by_alias=True) for each in refusal.errors]
    is_retried = isinstance(refusal, Unavailable)
    return {"code": refusal.code, "message": refusal.message, "errors": errors, "retry": is_retried}
