"""The dashboard: what happened, how the connection is, what to do next."""

from __future__ import annotations

import datetime as dt

from instantchat.features.analytics import schemas as s
from instantchat.features.auth.member import Member
from instantchat.features.connect.schemas import AccountOut
from instantchat.kit.clock import Clock
from instantchat.store import records as r
from instantchat.store.ports import Store

DAYS = 14
_WORST_FIRST: tuple[s.ConnectionState, ...] = ("reauth_needed", "restricted", "expiring", "ok")
_SENTENCES: dict[s.ConnectionState, str] = {
    "none": "No Instagram account is connected.",
    "ok": "Connected: messages are received and sent.",
    "expiring": "The access to {who} ends soon. Connect it again to go on without a break.",
    "restricted": "Instagram has restricted {who}. Open the Instagram app to see why; sending is paused.",
    "reauth_needed": "Instagram no longer accepts our access to {who}. Connect it again.",
}


class AnalyticsService:
    """Reads for the dashboard."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def dashboard(self, member: Member) -> s.DashboardOut:
        """Everything the dashboard shows of the member's workspace."""
        today = self._clock.now().astimezone(dt.UTC).date()
        series = await self._series(member.workspace_id, today)
        accounts = [
            account
            for account in await self._store.accounts.accounts(member.workspace_id)
            if account.state != "disconnected"
        ]
        steps = await self._steps(member.workspace_id, is_connected=bool(accounts))
        return s.DashboardOut(
            today=s.Counts(**series[-1].model_dump(exclude={"day"})),
            series=series,
            connection=_connection(accounts),
            steps=steps,
            next_step=next((step for step in steps if not step.done), None),
            total_unread=await self._store.inbox.total_unread(member.workspace_id),
        )

    async def _series(self, workspace_id: str, today: dt.date) -> list[s.DayCounts]:
        first = today - dt.timedelta(days=DAYS - 1)
        stored = await self._store.activity.daily(workspace_id, first, today)
        days = [first + dt.timedelta(days=offset) for offset in range(DAYS)]
        return [s.DayCounts.model_validate({**stored.get(day, {}), "day": day}) for day in days]

    async def _steps(self, workspace_id: str, *, is_connected: bool) -> list[s.Step]:
        flows, inbox = self._store.flows, self._store.inbox
        any_flow = await flows.flows(workspace_id, status=None, category=None, limit=1, cursor=None)
        any_active = await flows.flows(workspace_id, status="active", category=None, limit=1, cursor=None)
        any_talk = await inbox.conversations(workspace_id, limit=1, cursor=None)
        return [
            s.Step(
                id="connect",
                title="Connect Instagram",
                hint="Allow InstantChat to read and answer your account's messages.",
                href="/connect-instagram",
                done=is_connected,
            ),
            s.Step(
                id="create_flow",
                title="Draw a flow",
                hint="Say what starts it and what it answers.",
                href="/flow-builder",
                done=bool(any_flow.data),
            ),
            s.Step(
                id="activate_flow",
                title="Activate it",
                hint="Only active flows answer.",
                href=f"/flow-builder/{any_flow.data[0].id}" if any_flow.data else "/flow-builder",
                done=bool(any_active.data),
            ),
            s.Step(
                id="first_conversation",
                title="Get the first message",
                hint="Write to your account from another one, or from the simulator's phone.",
                href="/chats",
                done=bool(any_talk.data),
            ),
        ]


def _connection(accounts: list[r.Account]) -> s.ConnectionOut:
    state: s.ConnectionState = "none"
    who = ""
    for candidate in _WORST_FIRST:
        names = [f"@{account.username}" for account in accounts if account.state == candidate]
        if names:
            state, who = candidate, ", ".join(names)
            break
    return s.ConnectionOut(
        state=state,
        message=_SENTENCES[state].format(who=who),
        accounts=[AccountOut.from_record(account) for account in accounts],
    )
