"""The versions of the flow on the canvas: their list, what differs, and the way back."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat import assembly
from instantchat.errors import AppError
from instantchat.features.auth.state import current_member
from instantchat.features.flows.builder.replies import Answering, refusal_of, reply_to
from instantchat.features.flows.builder.state import as_version
from instantchat.ui.toast import toast

_PAGE = 20


class FlowHistory(Answering, rx.State):
    """Answers the history panel; it keeps nothing of it."""

    @rx.event
    async def versions(self, request: dict[str, Any]) -> None:
        """A page of versions, newest first, from `cursor` on."""
        member = await current_member(self)
        reply, cursor = reply_to("versions", request), request.get("cursor")
        try:
            page = await assembly.current().history.versions(
                member, str(request.get("flowId")), limit=_PAGE, cursor=str(cursor) if cursor else None
            )
        except AppError as refusal:
            self._answer(reply | refusal_of(refusal))
            return
        found = {"data": [each.wire() for each in page.data], "nextCursor": page.next_cursor}
        self._answer(reply | {"ok": True, **found})

    @rx.event
    async def compare(self, request: dict[str, Any]) -> None:
        """What `to` changed since `from`, each a version's number or `draft`."""
        member = await current_member(self)
        reply, before, after = reply_to("compare", request), request.get("from"), request.get("to")
        try:
            diff = await assembly.current().history.diff(
                member, str(request.get("flowId")), str(before) if before else None, str(after or "draft")
            )
        except AppError as refusal:
            self._answer(reply | refusal_of(refusal))
            return
        self._answer(reply | {"ok": True, "diff": diff.wire()})

    @rx.event
    async def restore(self, request: dict[str, Any]) -> None:
        """Make a version's graph the draft, and hand it to the canvas."""
        member = await current_member(self)
        reply, number = reply_to("restore", request), str(request.get("number"))
        try:
            view = await assembly.current().history.restore(member, str(request.get("flowId")), number)
        except AppError as refusal:
            self._answer(reply | refusal_of(refusal))
            return
        self._answer(reply | {"ok": True, "restored": as_version(view, member)})
        await toast(self, f"Version {number} is the draft now.")
