"""Trying the flow on the canvas: with made-up messages, and against what really came in."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat import assembly
from instantchat.errors import AppError
from instantchat.features.auth.state import current_member
from instantchat.features.flows.builder.replies import Answering, refusal_of, reply_to
from instantchat.features.trial import schemas as s

_KEPT = 2  # answers are large


class FlowTrial(Answering, rx.State):
    """Answers the test panel, which keeps the conversation and sends all of it each time."""

    @rx.event
    async def test(self, request: dict[str, Any]) -> None:
        """Walk the draft with `body`, as `POST /api/flow/{id}/test` takes it."""
        member = await current_member(self)
        reply = reply_to("test", request)
        try:
            body = s.TestIn.model_validate(request.get("body"))
            result = await assembly.current().trial.test(member, str(request.get("flowId")), body)
        except (AppError, ValueError) as refusal:
            self._answer(reply | refusal_of(refusal), kept=_KEPT)
            return
        self._answer(reply | {"ok": True, "result": result.wire()}, kept=_KEPT)

    @rx.event(background=True)
    async def replay(self, request: dict[str, Any]) -> None:
        """Run the draft over the newest `limit` events; the page goes on meanwhile."""
        async with self:
            member = await current_member(self)
        reply = reply_to("replay", request)
        try:
            body = s.ReplayIn.model_validate({"limit": request.get("limit")})
            report = await assembly.current().trial.replay(member, str(request.get("flowId")), body.limit)
            answer = {"ok": True, "report": report.wire()}
        except (AppError, ValueError) as refusal:
            answer = refusal_of(refusal)
        async with self:
            self._answer(reply | answer, kept=_KEPT)
