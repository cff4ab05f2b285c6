"""Connecting against the built-in simulator, which behaves as Meta: the whole way over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.simulator import create_simulator
from instantchat.errors import AppError
from instantchat.features.auth.member import Member
from instantchat.features.connect.service import ConnectService
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Secret, Vault, new_key
from instantchat.store.ports import Store

BASE = "http://localhost:8420"


@pytest.fixture
async def browser(tmp_path: Path, clock: ManualClock) -> AsyncIterator[httpx.AsyncClient]:
    """A client that reaches the simulator at the product's own address."""
    async with httpx.AsyncClient() as nowhere:
        app = create_simulator(
            data_dir=tmp_path,
            public_url=BASE,
            deliver_to=f"{BASE}/api/webhook/instagram",
            clock=clock,
            http=nowhere,
            app_id="1234",
            app_secret=Secret("app-secret"),
            verify_token=Secret("verify"),
        )
        await app.state.simulator.start()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as browser:
            yield browser
        await app.state.simulator.stop()


@pytest.fixture
def connect(store: Store, clock: ManualClock, publisher: Any, browser: httpx.AsyncClient) -> ConnectService:
    client = InstagramClient(
        browser,
        graph_url=f"{BASE}/simulator/meta",
        graph_version="v25.0",
        authorize_url=f"{BASE}/simulator/meta/oauth/authorize",
        token_url=f"{BASE}/simulator/meta/oauth/access_token",
        app_id="1234",
        app_secret=Secret("app-secret"),
    )
    return ConnectService(store, clock, publisher, client, Vault([new_key()]), Secret("k" * 40), base_url=BASE)


async def answered(connect: ConnectService, browser: httpx.AsyncClient, member: Member, **form: str) -> dict[str, str]:
    """What the authorize page sends back after this answer on it."""
    back = await browser.post(await connect.begin(member), data=form)
    url = urlsplit(back.headers["location"])
    assert url.path == "/api/instagram/callback"
    return {name: values[0] for name, values in parse_qs(url.query).items()}


async def test_allow_then_disconnect(connect: ConnectService, browser: httpx.AsyncClient, ann: Member) -> None:
    user_id = (await browser.get("/simulator/api/accounts")).json()["data"][0]["id"]
    back = await answered(connect, browser, ann, action="allow", account=user_id)
    account = await connect.complete(ann, code=back["code"], state=back["state"])
    assert (account.ig_user_id, account.state) == (user_id, "ok")
    assert account.ig_scoped_id != account.ig_user_id
    assert account.username
    again = await answered(connect, browser, ann, action="allow", account=user_id)
    with pytest.raises(AppError) as refusal:
        await connect.complete(ann, code=back["code"], state=again["state"])
    assert refusal.value.code == "code_rejected"
    assert (await connect.disconnect(ann)).state == "disconnected"


async def test_deny(connect: ConnectService, browser: httpx.AsyncClient, ann: Member) -> None:
    back = await answered(connect, browser, ann, action="deny")
    with pytest.raises(AppError) as refusal:
        await connect.complete(ann, code=back.get("code"), state=back["state"], error=back["error"])
    assert refusal.value.code == "access_denied"


async def test_a_deleted_workspace_gets_no_more_deliveries(
    connect: ConnectService, store: Store, browser: httpx.AsyncClient, ann: Member
) -> None:
    user_id = (await browser.get("/simulator/api/accounts")).json()["data"][0]["id"]
    back = await answered(connect, browser, ann, action="allow", account=user_id)
    account = await connect.complete(ann, code=back["code"], state=back["state"])

    await connect.let_go(ann.workspace_id, [account])
    assert await _is_connected(browser, user_id)  # the workspace still has it
    await store.members.delete_user(ann.user_id)
    await connect.let_go(ann.workspace_id, [account])
    assert not await _is_connected(browser, user_id)


async def _is_connected(browser: httpx.AsyncClient, user_id: str) -> bool:
    accounts = (await browser.get("/simulator/api/accounts")).json()["data"]
    return next(bool(each["connected"]) for each in accounts if each["id"] == user_id)
