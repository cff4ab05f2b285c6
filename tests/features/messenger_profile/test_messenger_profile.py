"""Conversation starters and the menu: the service over HTTP, with the simulator at the other end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from instantchat.features.auth.member import Member
from instantchat.features.connect.service import ConnectService
from instantchat.features.flows import schemas as s
from instantchat.features.flows.service import FlowService
from instantchat.features.messenger_profile.api import build_router
from instantchat.features.messenger_profile.service import MessengerProfileService
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Secret, Vault, new_key
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.channels.simulator.world import World, a_world
from tests.features.web import as_, client

PATH = "/api/instagram/messenger-profile"
BODY: dict[str, Any] = {
    "iceBreakers": [{"question": "What does it cost?", "payload": "ICE_PRICES"}],
    "menu": [
        {"type": "postback", "title": "Talk to us", "payload": "TALK"},
        {"type": "web_url", "title": "Our shop", "url": "https://shop.example"},
    ],
}
UNHEARD = "No active flow listens to this payload, so nothing answers a tap."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as made:
        yield made


@pytest.fixture
async def account(
    world: World, vault: Vault, store: Store, ann: Member, connected: Callable[..., Awaitable[r.Account]]
) -> r.Account:
    """Ann's, connected to the simulator's."""
    made = await connected(ann, world.account_id)
    again = await store.accounts.connect(replace(made, sealed_token=vault.seal(world.token)))
    assert again is not None
    return again


@pytest.fixture
def vault() -> Vault:
    return Vault([new_key()])


@pytest.fixture
def web(
    world: World, vault: Vault, store: Store, clock: ManualClock, publisher: Any, account: r.Account, ann: Member,
    bob: Member,
) -> httpx.AsyncClient:  # fmt: skip
    connect = ConnectService(store, clock, publisher, world.client, vault, Secret("k" * 40), base_url="https://c.test")
    service = MessengerProfileService(store, connect, world.client, vault)
    assembly: Any = SimpleNamespace(messenger_profile=service)
    agent = replace(ann, role="agent")
    return client(build_router(assembly), clock, ann=ann, agent=agent, bob=bob)


async def put(web: httpx.AsyncClient, body: dict[str, Any], who: str = "ann", **query: str) -> httpx.Response:
    return await web.put(PATH, json=body, params=query, headers=as_(who))


async def listen(store: Store, clock: ManualClock, publisher: Any, member: Member, kind: str, payload: str) -> None:
    """An active flow "Prices" that hears the payload."""
    flows = FlowService(store, clock, publisher)
    trigger = {"type": kind, "payloads": [payload]}
    nodes = [
        {"id": "t", "type": "triggerNode", "position": {"x": 0, "y": 0}, "data": {"triggers": [trigger]}},
        {"id": "m", "type": "messageNode", "position": {"x": 300, "y": 0}, "data": {"content": "12 euro"}},
    ]
    edges = [{"id": "e", "source": "t", "target": "m"}]
    saved = await flows.save(member, s.SaveFlow.model_validate({"name": "Prices", "nodes": nodes, "edges": edges}))
    await flows.activate(member, saved.flow.id)


class TestSave:
    async def test_is_set_on_instagram_and_read_back(
        self, web: httpx.AsyncClient, world: World, account: r.Account
    ) -> None:
        saved = (await put(web, BODY)).json()
        assert saved["iceBreakers"] == BODY["iceBreakers"]
        assert [(each["type"], each["title"]) for each in saved["menu"]] == [
            ("postback", "Talk to us"), ("web_url", "Our shop"),
        ]  # fmt: skip
        assert (saved["accountId"], saved["differs"]) == (account.id, False)
        shown = await world.api("GET", f"accounts/{world.account_id}/profile")
        assert [each["title"] for each in shown["iceBreakers"] + shown["menu"]] == [
            "What does it cost?", "Talk to us", "Our shop",
        ]  # fmt: skip
        read = (await web.get(PATH, headers=as_("agent"))).json()
        assert (read["iceBreakers"], read["menu"]) == (saved["iceBreakers"], saved["menu"])

    async def test_an_emptied_part_is_deleted(self, web: httpx.AsyncClient, world: World) -> None:
        await put(web, BODY)
        saved = (await put(web, {"iceBreakers": BODY["iceBreakers"], "menu": []})).json()
        assert (saved["menu"], len(saved["iceBreakers"])) == ([], 1)
        assert (await world.api("GET", f"accounts/{world.account_id}/profile"))["menu"] == []

    async def test_a_part_that_is_left_out_or_the_same_is_not_written(
        self, web: httpx.AsyncClient, world: World
    ) -> None:
        locales = [
            {"locale": locale, "call_to_actions": [{"question": question, "payload": "ICE_PRICES"}]}
            for locale, question in (("default", "What does it cost?"), ("de_DE", "Was kostet es?"))
        ]
        await world.graph("POST", "me/messenger_profile", json={"ice_breakers": locales})
        for body in ({"menu": BODY["menu"]}, BODY, {"iceBreakers": BODY["iceBreakers"], "menu": []}):
            assert (await put(web, body)).json()["iceBreakers"] == BODY["iceBreakers"]
        _, stored = await world.graph("GET", "me/messenger_profile", params={"fields": "ice_breakers"})
        assert stored["data"] == [{"ice_breakers": locales}]

    async def test_says_so_when_instagram_has_something_else(
        self, web: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await put(web, BODY)
        call = world.client.call

        async def lazy(method: str, *arguments: Any, **request: Any) -> bytes:
            return b'{"result":"success"}' if method == "POST" else await call(method, *arguments, **request)

        monkeypatch.setattr(world.client, "call", lazy)
        saved = (await put(web, {**BODY, "iceBreakers": [{"question": "Open?", "payload": "OPEN"}]})).json()
        assert saved["differs"] is True
        assert saved["iceBreakers"] == BODY["iceBreakers"]

    async def test_spaces_around_are_dropped(self, web: httpx.AsyncClient) -> None:
        body = {"iceBreakers": [{"question": "  Open today?  ", "payload": " OPEN "}]}
        saved = (await put(web, body)).json()
        assert saved["iceBreakers"] == [{"question": "Open today?", "payload": "OPEN"}]

    @pytest.mark.parametrize(
        ("body", "field", "sentence"),
        [
            ({"iceBreakers": [{"question": "a", "payload": "b"}] * 5}, "iceBreakers", "at most 4 questions"),
            ({"menu": [{"title": "a", "payload": "b"}] * 21}, "menu", "at most 20 menu items"),
            ({"iceBreakers": [{"question": " ", "payload": "b"}]}, "iceBreakers.0.question", "Write the question."),
            (
                {"iceBreakers": [{"question": "q" * 81, "payload": "b"}]},
                "iceBreakers.0.question",
                "Shorten the question: 81 characters, and Instagram takes 80.",
            ),
            ({"menu": [{"title": "t" * 31, "payload": "b"}]}, "menu.0.title", "31 characters"),
            ({"menu": [{"title": "a"}]}, "menu.0.payload", "Write the payload."),
            ({"menu": [{"title": "a", "type": "web_url", "url": "shop"}]}, "menu.0.url", "beginning with https://"),
        ],
    )
    async def test_what_instagram_would_refuse(
        self, web: httpx.AsyncClient, world: World, body: dict[str, Any], field: str, sentence: str
    ) -> None:
        await put(web, BODY)
        answer = await put(web, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "messenger_profile_invalid")
        (error,) = answer.json()["errors"]
        assert error["field"] == field
        assert sentence in error["message"]
        assert len((await web.get(PATH, headers=as_("ann"))).json()["menu"]) == 2

    async def test_instagrams_own_refusal(
        self, web: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("instantchat.channels.instagram.messenger_profile.ICE_BREAKERS", 5)
        answer = await put(web, {"iceBreakers": [{"question": "a", "payload": "b"}] * 5})
        assert (answer.status_code, answer.json()["code"]) == (422, "messenger_profile_refused")
        assert "did not accept these entries" in answer.json()["detail"]

    async def test_a_dead_token(self, web: httpx.AsyncClient, world: World) -> None:
        await world.api("POST", f"accounts/{world.account_id}/revoke")
        for answer in (await put(web, BODY), await web.get(PATH, headers=as_("ann"))):
            assert (answer.status_code, answer.json()["code"]) == (503, "meta_190_458")
            assert "Connect the account again" in answer.json()["detail"]


class TestHeard:
    async def test_a_payload_nobody_listens_to(self, web: httpx.AsyncClient) -> None:
        saved = (await put(web, BODY)).json()
        assert saved["warnings"] == [
            {"field": "iceBreakers.0.payload", "message": UNHEARD}, {"field": "menu.0.payload", "message": UNHEARD},
        ]  # fmt: skip
        assert saved["heard"] == []

    @pytest.mark.parametrize("kind", ["ice_breaker", "postback"])
    async def test_a_payload_that_an_active_flow_hears(
        self, web: httpx.AsyncClient, store: Store, clock: ManualClock, publisher: Any, ann: Member, kind: str
    ) -> None:
        await listen(store, clock, publisher, ann, kind, "ICE_PRICES")
        saved = (await put(web, BODY)).json()
        assert [each["field"] for each in saved["warnings"]] == ["menu.0.payload"]
        assert saved["heard"] == [{"payload": "ICE_PRICES", "flow": "Prices"}]


class TestAccess:
    async def test_an_agent_reads_but_does_not_save(self, web: httpx.AsyncClient) -> None:
        assert (await web.get(PATH, headers=as_("agent"))).status_code == 200
        answer = await put(web, BODY, "agent")
        assert (answer.status_code, answer.json()["code"]) == (403, "role_required")

    async def test_a_stranger(self, web: httpx.AsyncClient, account: r.Account) -> None:
        for answer in (
            await put(web, BODY, "bob", accountId=account.id),
            await web.get(PATH, params={"accountId": account.id}, headers=as_("bob")),
            await web.get(PATH, headers=as_("bob")),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_connected")

    async def test_a_token_of_another_key(
        self, web: httpx.AsyncClient, store: Store, vault: Vault, account: r.Account
    ) -> None:
        await store.accounts.connect(replace(account, sealed_token=Vault([new_key()]).seal(Secret("t"))))
        answer = await web.get(PATH, headers=as_("ann"))
        assert (answer.status_code, answer.json()["code"]) == (503, "token_unreadable")
