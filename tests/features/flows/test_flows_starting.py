"""`POST /api/flow/{id}/trigger`: a program starts a flow."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from instantchat.features.auth.member import Member
from instantchat.features.flows.api import build_router
from instantchat.features.flows.starting import StartingService
from instantchat.kit.clock import ManualClock
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.features.conftest import Change, Talk
from tests.features.web import as_, client
from tests.support.seed import keyword_flow, publish


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def web(store: Store, clock: ManualClock, ann: Member, bob: Member, woken: list[str]) -> httpx.AsyncClient:
    starting = StartingService(store, clock, lambda: woken.append("worker"))
    assembly: Any = SimpleNamespace(flows=None, transfer=None, history=None, starting=starting)
    viewer = Member(ann.user_id, ann.workspace_id, "viewer", "V", "v@x", "ses_2")
    return client(build_router(assembly), clock, ann=ann, bob=bob, viewer=viewer)


@pytest.fixture
async def flow_id(store: Store, ann: Member) -> str:
    return await publish(store, ann.workspace_id, keyword_flow("price", "5 euro"))


async def post(web: httpx.AsyncClient, flow_id: str, who: str = "ann", **body: Any) -> httpx.Response:
    return await web.post(f"/api/flow/{flow_id}/trigger", json={"recipientId": "901", **body}, headers=as_(who))


async def pending(store: Store, clock: ManualClock) -> list[r.Event]:
    until = clock.now() + dt.timedelta(minutes=1)
    return [event for work in await store.queue.claim_work("test", clock.now(), until, 10) for event in work.events]


class TestTrigger:
    async def test_is_an_event_of_the_contacts_lane(
        self,
        web: httpx.AsyncClient,
        flow_id: str,
        store: Store,
        clock: ManualClock,
        ann: Member,
        talk: Talk,
        woken: list[str],
    ) -> None:
        thread = await talk(ann)
        answer = await post(web, flow_id, variables={"size": "L", "items": [1, 2]})
        assert answer.status_code == 202
        run_id = answer.json()["runId"]
        [event] = await pending(store, clock)
        assert (event.kind, event.lane, event.natural_key) == ("api", thread.conversation.lane, f"api:{run_id}")
        assert event.payload == {"flowId": flow_id, "variables": {"size": "L", "items": [1, 2]}, "runId": run_id}
        assert woken == ["worker"]

    async def test_is_refused_for_who_opted_out(
        self,
        web: httpx.AsyncClient,
        flow_id: str,
        store: Store,
        clock: ManualClock,
        ann: Member,
        talk: Talk,
        opt_out: Change,
    ) -> None:
        await opt_out(await talk(ann))
        answer = await post(web, flow_id)
        assert (answer.status_code, answer.json()["code"]) == (403, "opted_out")
        assert await pending(store, clock) == []

    async def test_a_key_starts_it_once(
        self, web: httpx.AsyncClient, flow_id: str, store: Store, clock: ManualClock, ann: Member, talk: Talk
    ) -> None:
        await talk(ann)
        one, two = [await post(web, flow_id, idempotencyKey="order-7") for _ in range(2)]
        other = await post(web, flow_id, idempotencyKey="order-8")
        assert one.json() == two.json() != other.json()
        assert [event.payload["runId"] for event in await pending(store, clock)] == [
            one.json()["runId"],
            other.json()["runId"],
        ]

    async def test_without_a_key_each_call_is_a_start(
        self, web: httpx.AsyncClient, flow_id: str, store: Store, clock: ManualClock, ann: Member, talk: Talk
    ) -> None:
        await talk(ann)
        one, two = [await post(web, flow_id) for _ in range(2)]
        assert one.json() != two.json()
        assert len(await pending(store, clock)) == 2


class TestRefusals:
    async def test_whom_it_does_not_know(self, web: httpx.AsyncClient, flow_id: str, ann: Member, talk: Talk) -> None:
        await talk(ann)
        for body in ({"recipientId": "902"}, {"accountId": "acc_other"}):
            answer = await post(web, flow_id, **body)
            assert (answer.status_code, answer.json()["code"]) == (404, "recipient_unknown")

    async def test_a_flow_that_does_not_run(
        self, web: httpx.AsyncClient, flow_id: str, store: Store, clock: ManualClock, ann: Member, talk: Talk
    ) -> None:
        await talk(ann)
        await store.flows.set_status(ann.workspace_id, flow_id, "draft", clock.now())
        answer = await post(web, flow_id)
        assert (answer.status_code, answer.json()["code"]) == (409, "flow_not_active")

    async def test_who_may(self, web: httpx.AsyncClient, flow_id: str, ann: Member, talk: Talk) -> None:
        await talk(ann)
        viewer, bob = [await post(web, flow_id, who) for who in ("viewer", "bob")]
        assert (viewer.status_code, viewer.json()["code"]) == (403, "role_required")
        assert (bob.status_code, bob.json()["code"]) == (404, "flow_not_found")

    async def test_an_account_that_is_gone(
        self, web: httpx.AsyncClient, flow_id: str, store: Store, ann: Member, talk: Talk
    ) -> None:
        thread = await talk(ann)
        await store.accounts.set_state(thread.conversation.account_id, "disconnected", None)
        answer = await post(web, flow_id)
        assert (answer.status_code, answer.json()["code"]) == (409, "account_disconnected")

    @pytest.mark.parametrize(
        ("variables", "code", "field"),
        [
            ({"a b": 1}, "bad_name", "variables.a b"),
            ({"": 1}, "bad_name", "variables."),
            ({"contact": 1}, "bad_name", "variables.contact"),
            ({"x" * 65: 1}, "bad_name", "variables." + "x" * 64),
            ({"long": "x" * 2000}, "too_long", "variables.long"),
            ({f"v{number}": 1 for number in range(51)}, "too_long", "variables"),
        ],
    )
    async def test_variables(
        self,
        web: httpx.AsyncClient,
        flow_id: str,
        store: Store,
        clock: ManualClock,
        ann: Member,
        talk: Talk,
        variables: dict[str, Any],
        code: str,
        field: str,
    ) -> None:
        await talk(ann)
        answer = await post(web, flow_id, variables=variables)
        assert answer.status_code == 422
        assert [(each["code"], each["field"]) for each in answer.json()["errors"]] == [(code, field)]
        assert await pending(store, clock) == []
