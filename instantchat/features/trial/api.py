"""The routes that try a flow (DESIGN section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from instantchat.api.dependencies import CurrentMember
from instantchat.features.trial import schemas as s

if TYPE_CHECKING:
    from instantchat.assembly import Assembly


def build_router(assembly: Assembly) -> APIRouter:
    """Test and replay."""
    router, trial = APIRouter(tags=["Flows"]), assembly.trial

    @router.post("/api/flow/{flow_id}/test")
    async def test(member: CurrentMember, flow_id: str, body: s.TestIn) -> s.TestOut:
        """Walk the draft with messages of your own: what it says, what it waits for, every step. Nothing is sent.

        `status` is `not_started` when no trigger of the draft matched; `decisions` says why.
        """
        return await trial.test(member, flow_id, body)

    @router.post("/api/flow/{flow_id}/replay")
    async def replay(member: CurrentMember, flow_id: str, body: s.ReplayIn) -> s.ReplayOut:
        """What the draft would have answered to the newest events, beside what was answered. Nothing is sent.

        429 `replay_busy` while another one runs.
        """
        return await trial.replay(member, flow_id, body.limit)

    return router
