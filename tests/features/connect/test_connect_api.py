from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from instantchat.features.auth.member import Member
from instantchat.features.auth.tokens import COOKIE
from instantchat.features.connect.api import build_router
from instantchat.features.connect.service import ConnectService
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Secret, Vault, new_key
from instantchat.store.ports import Store
from tests.features.connect.meta import Meta, refusal
from tests.features.web import as_, client


@pytest.fixture
def meta() -> Meta:
    return Meta()


@pytest.fixture
def web(store: Store, clock: ManualClock, publisher: Any, meta: Meta, ann: Member, bob: Member) -> httpx.AsyncClient:
    service = ConnectService(
        store, clock, publisher, meta.client(), Vault([new_key()]), Secret("k" * 40), base_url="https://chat.test"
    )
    assembly: Any = SimpleNamespace(connect=service)
    return client(build_router(assembly), clock, ann=ann, bob=bob)


async def state_of(web: httpx.AsyncClient, name: str) -> str:
    answer = await web.get("/api/instagram/connect", headers=as_(name))
    url = str(answer.json()["authorizeUrl"])
    return parse_qs(urlsplit(url).query)["state"][0]


async def come_back(web: httpx.AsyncClient, name: str | None, **query: str) -> str:
    """Where the callback sends the browser, which brings its cookie."""
    headers = {"Cookie": f"{COOKIE}={name}"} if name else {}
    answer = await web.get("/api/instagram/callback", params=query, headers=headers)
    assert answer.status_code == 303
    return str(answer.headers["location"])


class TestCallback:
    async def test_connects(self, web: httpx.AsyncClient) -> None:
        state = await state_of(web, "ann")
        assert await come_back(web, "ann", code="the-code", state=state) == "/connect-instagram?connected=1"
        status = (await web.get("/api/instagram/status", headers=as_("ann"))).json()
        assert status["connected"] is True
        (account,) = status["accounts"]
        assert (account["username"], account["state"]) == ("shop", "ok")
        assert not any("oken" in key and key != "tokenExpiresAt" for key in account)
        one = await web.get(f"/api/instagram/account?accountId={account['id']}", headers=as_("ann"))
        assert one.json() == account

    async def test_every_failure_leads_back_with_a_code(self, web: httpx.AsyncClient, meta: Meta) -> None:
        page = "/connect-instagram?error="
        assert await come_back(web, "ann", code="the-code") == f"{page}state_missing"
        assert await come_back(web, "ann", code="c", state="<script>") == f"{page}state_invalid"
        state = await state_of(web, "ann")
        assert await come_back(web, "bob", code="the-code", state=state) == f"{page}state_other_member"
        assert await come_back(web, "ann", error="access_denied", state=state) == f"{page}access_denied"
        meta.broken["exchange"] = refusal(100)
        assert await come_back(web, "ann", code="the-code", state=state) == f"{page}code_rejected"
        meta.broken["exchange"] = RuntimeError("our own mistake")
        state = await state_of(web, "ann")
        assert await come_back(web, "ann", code="the-code", state=state) == f"{page}internal_error"

    async def test_nobody_signed_in(self, web: httpx.AsyncClient) -> None:
        assert await come_back(web, None, code="c", state="s") == "/login?next=/connect-instagram"
        assert await come_back(web, "stranger", code="c", state="s") == "/login?next=/connect-instagram"


class TestDisconnect:
    async def test_then_nothing_is_connected(self, web: httpx.AsyncClient) -> None:
        await come_back(web, "ann", code="the-code", state=await state_of(web, "ann"))
        gone = await web.post("/api/instagram/disconnect", headers=as_("ann"))
        assert (gone.status_code, gone.json()["state"]) == (200, "disconnected")
        assert (await web.get("/api/instagram/status", headers=as_("ann"))).json()["connected"] is False
        missing = await web.get("/api/instagram/account", headers=as_("ann"))
        assert (missing.status_code, missing.json()["code"]) == (404, "not_connected")
        again = await web.post("/api/instagram/disconnect", json={"accountId": None}, headers=as_("ann"))
        assert again.json()["code"] == "not_connected"

    async def test_another_workspace(self, web: httpx.AsyncClient) -> None:
        await come_back(web, "ann", code="the-code", state=await state_of(web, "ann"))
        assert (await web.get("/api/instagram/status", headers=as_("bob"))).json() == {
            "connected": False,
            "accounts": [],
        }
