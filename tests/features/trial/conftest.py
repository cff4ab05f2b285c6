"""Flows in a workspace, and what is stored of them."""

from __future__ import annotations

from typing import Any

import pytest

from instantchat.features.auth.member import Member
from instantchat.features.trial.service import TrialService
from instantchat.kit.clock import ManualClock
from instantchat.kit.ids import new_id
from instantchat.runtime.automation import Policy
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.runtime.conftest import stage

__all__ = ["stage"]


@pytest.fixture
def trial(store: Store, clock: ManualClock) -> TrialService:
    return TrialService(store, clock, Policy(frozenset({"stop"})))


class Draft:
    """Stores drafts: `await draft(ann, graph)` is the flow's id."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self._store, self._clock = store, clock

    async def __call__(self, member: Member, graph: dict[str, Any], name: str = "Prices", **changes: Any) -> str:
        now = self._clock.now()
        flow = r.Flow(
            **{
                "id": new_id("flw"),
                "workspace_id": member.workspace_id,
                "name": name,
                "category": "",
                "status": "draft",
                "priority": 0,
                "reentry": {"mode": "always"},
                "graph": {"viewport": {"x": 0, "y": 0, "zoom": 1}, **graph},
                "revision": 1,
                "published_version": None,
                "created_at": now,
                "updated_at": now,
                **changes,
            }
        )
        assert await self._store.flows.create(flow)
        return flow.id


@pytest.fixture
def draft(store: Store, clock: ManualClock) -> Draft:
    return Draft(store, clock)
