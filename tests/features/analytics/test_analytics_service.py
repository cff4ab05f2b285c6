from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from instantchat.features.analytics.service import AnalyticsService
from instantchat.features.auth.member import Member
from instantchat.features.flows import schemas as s
from instantchat.features.flows.service import FlowService
from instantchat.kit.clock import ManualClock
from instantchat.store.ports import Store

READY: dict[str, Any] = {
    "name": "Hi",
    "nodes": [{"id": "m", "type": "messageNode", "position": {"x": 0, "y": 0}, "data": {"content": "Hi"}}],
}


@pytest.fixture
def analytics(store: Store, clock: ManualClock) -> AnalyticsService:
    return AnalyticsService(store, clock)


class TestDashboard:
    async def test_a_new_workspace_is_led_from_connecting_to_the_first_message(
        self,
        analytics: AnalyticsService,
        ann: Member,
        store: Store,
        clock: ManualClock,
        publisher: Any,
        connected: Any,
        talk: Any,
    ) -> None:
        async def next_step() -> str | None:
            step = (await analytics.dashboard(ann)).next_step
            return step.id if step else None

        flows = FlowService(store, clock, publisher)
        assert await next_step() == "connect"
        account = await connected(ann)
        assert await next_step() == "create_flow"
        saved = await flows.save(ann, s.SaveFlow.model_validate(READY))
        assert await next_step() == "activate_flow"
        await flows.activate(ann, saved.flow.id)
        assert await next_step() == "first_conversation"
        await talk(ann, account=account)
        assert await next_step() is None

    async def test_fourteen_days_with_zeros_and_today_last(
        self, analytics: AnalyticsService, ann: Member, store: Store, clock: ManualClock
    ) -> None:
        today = clock.now().date()
        await store.activity.add(ann.workspace_id, today, {"messages_in": 3, "run_failures": 1})
        await store.activity.add(ann.workspace_id, today - dt.timedelta(days=13), {"messages_out": 2})
        await store.activity.add(ann.workspace_id, today - dt.timedelta(days=14), {"messages_out": 9})
        board = await analytics.dashboard(ann)
        assert [each.day for each in board.series] == [today - dt.timedelta(days=back) for back in range(13, -1, -1)]
        assert (board.series[0].messages_out, board.series[1].messages_out) == (2, 0)
        assert (board.today.messages_in, board.today.run_failures, board.today.runs) == (3, 1, 0)
        assert board.wire()["series"][13]["messagesIn"] == 3

    async def test_the_worst_account_decides_the_state(
        self, analytics: AnalyticsService, ann: Member, store: Store, connected: Any
    ) -> None:
        assert (await analytics.dashboard(ann)).connection.state == "none"
        first = await connected(ann)
        await connected(ann, "17841400000000002")
        assert (await analytics.dashboard(ann)).connection.state == "ok"
        await store.accounts.set_state(first.id, "reauth_needed", "expired")
        connection = (await analytics.dashboard(ann)).connection
        assert (connection.state, len(connection.accounts)) == ("reauth_needed", 2)
        assert "@shop" in connection.message
        await store.accounts.set_state(first.id, "disconnected", None)
        assert len((await analytics.dashboard(ann)).connection.accounts) == 1

    async def test_another_workspace_counts_nothing(
        self, analytics: AnalyticsService, ann: Member, bob: Member, store: Store, clock: ManualClock, talk: Any
    ) -> None:
        await talk(ann)
        board = await analytics.dashboard(bob)
        assert (board.total_unread, board.today.messages_in, board.connection.state) == (0, 0, "none")
        mine = await analytics.dashboard(ann)
        assert (mine.total_unread, mine.today.messages_in) == (1, 1)
