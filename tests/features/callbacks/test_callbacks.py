"""Deauthorize and data deletion, over HTTP and down to the database."""

from __future__ import annotations

import dataclasses
import datetime as dt
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from instantchat.channels.instagram.signed_request import sign_request
from instantchat.errors import NotFound
from instantchat.features.auth.member import Member
from instantchat.features.callbacks.api import PREFIXES, build_router
from instantchat.features.callbacks.service import CallbackService
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Secret
from instantchat.runtime.deletions import Deletions
from instantchat.runtime.scheduler import Signal
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.features.web import client

SECRETS = {"META_APP_SECRET": Secret("app-secret"), "META_FACEBOOK_APP_SECRET": Secret("meta-secret")}


@pytest.fixture
def signal() -> Signal:
    return Signal()


@pytest.fixture
def callbacks(store: Store, clock: ManualClock, publisher: Any, signal: Signal) -> CallbackService:
    return CallbackService(store, clock, publisher, SECRETS, signal.ring, base_url="https://chat.test/")


@pytest.fixture
def web(callbacks: CallbackService, clock: ManualClock) -> httpx.AsyncClient:
    assembly: Any = SimpleNamespace(callbacks=callbacks)
    return client(build_router(assembly), clock)


@pytest.fixture
def worker(store: Store, clock: ManualClock, publisher: Any, signal: Signal) -> Deletions:
    return Deletions(store.deletions, clock, publisher, signal)


def signed(user_id: str, at: dt.datetime, secret: str = "app-secret", **changes: Any) -> dict[str, str]:
    claims = {"user_id": user_id, "algorithm": "HMAC-SHA256", "issued_at": int(at.timestamp()), **changes}
    return {"signed_request": sign_request(claims, Secret(secret))}


@pytest.fixture
async def account(connected: Any, ann: Member) -> r.Account:
    found: r.Account = await connected(ann)
    return found


class TestDeauthorize:
    @pytest.mark.parametrize("prefix", PREFIXES)
    @pytest.mark.parametrize("secret", ["app-secret", "meta-secret"])
    async def test_drops_the_token_and_tells_pages(
        self, web: httpx.AsyncClient, store: Store, clock: ManualClock, publisher: Any, account: r.Account, prefix: str,
        secret: str,
    ) -> None:  # fmt: skip
        form = signed(account.ig_scoped_id, clock.now(), secret)
        answer = await web.post(f"{prefix}/deauthorize", data=form)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
        (now,) = await store.accounts.accounts(account.workspace_id)
        assert (now.state, now.sealed_token) == ("disconnected", "")
        assert now.state_reason == "The owner removed this app on Instagram. Connect the account again to go on."
        assert publisher.kinds() == ["account"]
        assert (await web.post(f"{prefix}/deauthorize", data=form)).status_code == 200
        assert publisher.kinds() == []

    async def test_knows_the_account_by_its_other_id_too(
        self, web: httpx.AsyncClient, store: Store, clock: ManualClock, account: r.Account
    ) -> None:
        await web.post("/api/webhook/instagram/deauthorize", data=signed(account.ig_user_id, clock.now()))
        assert [one.state for one in await store.accounts.accounts(account.workspace_id)] == ["disconnected"]

    async def test_of_somebody_unknown_is_fine(
        self, web: httpx.AsyncClient, store: Store, clock: ManualClock, account: r.Account
    ) -> None:
        answer = await web.post("/api/webhook/instagram/deauthorize", data=signed("4711", clock.now()))
        assert answer.status_code == 200
        assert [one.state for one in await store.accounts.accounts(account.workspace_id)] == ["ok"]

    async def test_again_does_not_undo_connecting_again(
        self, web: httpx.AsyncClient, store: Store, clock: ManualClock, account: r.Account
    ) -> None:
        form = signed(account.ig_scoped_id, clock.now())
        await web.post("/api/webhook/instagram/deauthorize", data=form)
        clock.advance(3_600)
        await store.accounts.connect(dataclasses.replace(account, connected_at=clock.now()))
        assert (await web.post("/api/webhook/instagram/deauthorize", data=form)).status_code == 200
        assert [one.state for one in await store.accounts.accounts(account.workspace_id)] == ["ok"]

    @pytest.mark.parametrize(
        ("form", "status", "code"),
        [
            ({"signed_request": "nonsense"}, 400, "signed_request_malformed"),
            ({"signed_request": "x" * 9_000}, 400, "signed_request_malformed"),
            ({}, 422, "invalid_request"),
        ],
    )
    @pytest.mark.parametrize("name", ["deauthorize", "data-deletion"])
    async def test_refuses_what_it_cannot_read(
        self, web: httpx.AsyncClient, name: str, form: dict[str, str], status: int, code: str
    ) -> None:
        answer = await web.post(f"/api/webhook/instagram/{name}", data=form)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    @pytest.mark.parametrize("name", ["deauthorize", "data-deletion"])
    async def test_refuses_forgeries_and_changes_nothing(
        self, web: httpx.AsyncClient, store: Store, clock: ManualClock, account: r.Account, name: str
    ) -> None:
        forged = signed(account.ig_scoped_id, clock.now(), "guessed")
        unsigned = signed(account.ig_scoped_id, clock.now(), algorithm="none")
        for form in (forged, unsigned):
            answer = await web.post(f"/api/webhook/instagram/{name}", data=form)
            assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
        assert await store.accounts.accounts(account.workspace_id) == [account]


class TestDataDeletion:
    async def test_is_answered_received_carried_out_and_shown(
        self, web: httpx.AsyncClient, callbacks: CallbackService, worker: Deletions, store: Store, clock: ManualClock,
        publisher: Any, talk: Any, ann: Member, account: r.Account,
    ) -> None:  # fmt: skip
        thread = await talk(ann, account=account)
        answer = await web.post("/webhook/instagram/data-deletion", data=signed(account.ig_scoped_id, clock.now()))
        code = answer.json()["confirmation_code"]
        assert answer.status_code == 200
        assert answer.json() == {"url": f"https://chat.test/data-deletion/{code}", "confirmation_code": code}
        assert (await callbacks.deletion(code)).state == "received"
        assert [one.state for one in await store.accounts.accounts(ann.workspace_id)] == ["disconnected"]
        assert publisher.kinds() == ["account"]

        clock.advance(60)
        await worker.carry_out()
        done = await callbacks.deletion(code)
        # an event, a message, a conversation, a contact, the account
        assert (done.state, done.rows, done.done_at) == ("done", 5, clock.now())
        assert await store.inbox.thread(ann.workspace_id, thread.conversation.id) is None
        assert await store.accounts.accounts(ann.workspace_id) == []
        assert publisher.kinds() == ["account"]

    async def test_again_is_the_same_deletion(
        self, web: httpx.AsyncClient, worker: Deletions, store: Store, clock: ManualClock, ann: Member,
        account: r.Account,
    ) -> None:  # fmt: skip
        form = signed(account.ig_scoped_id, clock.now())
        first = (await web.post("/api/webhook/instagram/data-deletion", data=form)).json()
        await worker.carry_out()
        again = await store.accounts.connect(dataclasses.replace(account, id="acc_again"))
        assert (await web.post("/api/webhook/instagram/data-deletion", data=form)).json() == first
        await worker.carry_out()
        assert await store.accounts.accounts(ann.workspace_id) == [again]

    async def test_of_somebody_unknown_is_done_at_once(
        self, web: httpx.AsyncClient, callbacks: CallbackService, clock: ManualClock, account: r.Account
    ) -> None:
        answer = await web.post("/api/webhook/instagram/data-deletion", data=signed("4711", clock.now()))
        deletion = await callbacks.deletion(answer.json()["confirmation_code"])
        assert (deletion.state, deletion.rows) == ("done", 0)

    async def test_wakes_the_worker(
        self, web: httpx.AsyncClient, signal: Signal, clock: ManualClock, account: r.Account
    ) -> None:
        await web.post("/api/webhook/instagram/data-deletion", data=signed(account.ig_scoped_id, clock.now()))
        assert await signal.heard(0.01)

    async def test_an_unknown_code_has_no_status(self, callbacks: CallbackService) -> None:
        with pytest.raises(NotFound) as caught:
            await callbacks.deletion("")
        assert caught.value.code == "deletion_unknown"
