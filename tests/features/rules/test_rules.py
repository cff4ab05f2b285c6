"""`GET|PATCH /api/instagram/rules`: what a workspace decides for each of its accounts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from instantchat.features.auth.member import Member
from instantchat.features.rules.api import build_router
from instantchat.features.rules.service import RulesService
from instantchat.kit.clock import ManualClock
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.features.web import as_, client

URL = "/api/instagram/rules"
DEFAULTS = {
    "pauseMinutes": 60,
    "disclosure": "",
    "stopReply": "You will get no more automatic messages from us. A person still reads what you write.",
    "escalationWords": [],
    "reconcile": False,
}


@pytest.fixture
def web(store: Store, clock: ManualClock, publisher: Any, ann: Member, bob: Member) -> httpx.AsyncClient:
    assembly: Any = SimpleNamespace(rules=RulesService(store, publisher))
    members = {
        role: Member(ann.user_id, ann.workspace_id, role, "V", "v@x", "ses_2")  # type: ignore[arg-type]  # roles
        for role in ("viewer", "agent", "admin")
    }
    return client(build_router(assembly), clock, ann=ann, bob=bob, **members)


@pytest.fixture
async def shop(connected: Any, ann: Member) -> r.Account:
    account: r.Account = await connected(ann)
    return account


class TestRead:
    async def test_an_account_without_rules_has_the_defaults(self, web: httpx.AsyncClient, shop: r.Account) -> None:
        answer = await web.get(URL, headers=as_("viewer"))
        assert (answer.status_code, answer.json()) == (200, {"accountId": shop.id, **DEFAULTS})

    async def test_what_is_not_connected_has_none(self, web: httpx.AsyncClient, shop: r.Account, store: Store) -> None:
        for who, query in (("bob", ""), ("bob", f"?accountId={shop.id}"), ("ann", "?accountId=acc_x")):
            answer = await web.get(URL + query, headers=as_(who))
            assert (answer.status_code, answer.json()["code"]) == (404, "not_connected")
        await store.accounts.set_state(shop.id, "disconnected", "why")
        assert (await web.get(URL, headers=as_("ann"))).status_code == 404


class TestChange:
    async def test_keeps_what_is_left_out_and_stores_no_defaults(
        self, web: httpx.AsyncClient, shop: r.Account, store: Store, publisher: Any
    ) -> None:
        await web.patch(URL, json={"pauseMinutes": 5, "reconcile": True}, headers=as_("admin"))
        answer = await web.patch(
            f"{URL}?accountId={shop.id}",
            json={"disclosure": " I am a bot. ", "escalationWords": ["Human", " human ", "", "a  person"]},
            headers=as_("ann"),
        )
        assert answer.json() == {
            **DEFAULTS,
            "accountId": shop.id,
            "pauseMinutes": 5,
            "disclosure": "I am a bot.",
            "escalationWords": ["Human", "a  person"],
            "reconcile": True,
        }
        assert (await web.get(URL, headers=as_("viewer"))).json() == answer.json()
        stored = await store.accounts.account(shop.workspace_id, shop.id)
        assert stored is not None
        assert stored.rules == {
            "pause_minutes": 5, "disclosure": "I am a bot.", "escalation_words": ["Human", "a  person"],
            "reconcile": True,
        }  # fmt: skip
        assert publisher.kinds() == ["account", "account"]

    async def test_an_empty_answer_to_stop_is_kept(self, web: httpx.AsyncClient, shop: r.Account) -> None:
        assert (await web.patch(URL, json={"stopReply": "  "}, headers=as_("ann"))).json()["stopReply"] == ""

    async def test_of_one_account_leaves_the_others(
        self, web: httpx.AsyncClient, shop: r.Account, connected: Any, ann: Member
    ) -> None:
        other = await connected(ann, "17841400000000002")
        await web.patch(f"{URL}?accountId={other.id}", json={"pauseMinutes": 0}, headers=as_("ann"))
        assert (await web.get(f"{URL}?accountId={shop.id}", headers=as_("ann"))).json()["pauseMinutes"] == 60
        assert (await web.get(f"{URL}?accountId={other.id}", headers=as_("ann"))).json()["pauseMinutes"] == 0

    @pytest.mark.parametrize("who", ["viewer", "agent"])
    async def test_takes_an_admin(self, web: httpx.AsyncClient, shop: r.Account, who: str) -> None:
        answer = await web.patch(URL, json={"pauseMinutes": 5}, headers=as_(who))
        assert (answer.status_code, answer.json()["code"]) == (403, "role_required")

    async def test_of_strangers_changes_nothing(self, web: httpx.AsyncClient, shop: r.Account) -> None:
        answer = await web.patch(f"{URL}?accountId={shop.id}", json={"pauseMinutes": 5}, headers=as_("bob"))
        assert answer.status_code == 404
        assert (await web.get(URL, headers=as_("ann"))).json()["pauseMinutes"] == 60

    @pytest.mark.parametrize(
        ("body", "field", "sentence"),
        [
            ({"pauseMinutes": -1}, "pauseMinutes", "Give a number of minutes from 0 (no pause) to 43,200 (30 days)."),
            (
                {"pauseMinutes": 43_201},
                "pauseMinutes",
                "Give a number of minutes from 0 (no pause) to 43,200 (30 days).",
            ),
            (
                {"disclosure": "x" * 501},
                "disclosure",
                "The text has at most 500 characters; this one has 501. Shorten it.",
            ),
            (
                {"stopReply": "😀" * 300},
                "stopReply",
                "The text is too long for one message on Instagram: emoji and accents count more. Shorten it.",
            ),
            (
                {"escalationWords": [str(n) for n in range(21)]},
                "escalationWords",
                "There can be at most 20 words; these are 21.",
            ),
            (
                {"escalationWords": ["word " * 11]},
                "escalationWords",
                "“word word word word …” is too long: a word has at most 50 characters.",
            ),
        ],
    )
    async def test_says_at_the_field_what_cannot_be_so_and_stores_nothing(
        self, web: httpx.AsyncClient, shop: r.Account, body: dict[str, Any], field: str, sentence: str
    ) -> None:
        answer = await web.patch(URL, json={"reconcile": True, **body}, headers=as_("ann"))
        assert (answer.status_code, answer.json()["code"]) == (422, "rules_bad")
        assert [(each["field"], each["message"]) for each in answer.json()["errors"]] == [(field, sentence)]
        assert (await web.get(URL, headers=as_("ann"))).json() == {"accountId": shop.id, **DEFAULTS}
