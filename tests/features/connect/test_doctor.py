"""The doctor as a service, over HTTP, against the simulator, and as a command beside a running server."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import httpx
import pytest

from instantchat.channels.instagram.client import FIELDS, SCOPES
from instantchat.channels.instagram.doctor.server import Setup
from instantchat.channels.instagram.signature import sign
from instantchat.cli import main
from instantchat.errors import AppError
from instantchat.features.auth.member import Member
from instantchat.features.connect.api import build_router
from instantchat.features.connect.doctor import DoctorService
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Secret, Vault, new_key
from instantchat.runtime.intake import Intake
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.channels.instagram.mocked import client_of
from tests.features.web import as_, client
from tests.support.app import running_app

SECRETS = {"META_APP_SECRET": Secret("ours")}
SETUP = Setup("123", SECRETS, Secret("verify"), "https://chat.test", "https://chat.test", "https://graph.test", False)


class World:
    """This server and Instagram in one transport; `broken` maps the end of a path to the answer given instead."""

    def __init__(self) -> None:
        self.broken: dict[str, httpx.Response] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        end = request.url.path.rsplit("/", 1)[-1]
        if end in self.broken:
            return self.broken[end]
        if end == "health":
            return httpx.Response(200, json={"status": "ok", "version": "1"})
        if request.url.host == "chat.test":
            return httpx.Response(200, text=request.url.params.get("hub.challenge", "OK"))
        if end == "me":
            return httpx.Response(200, json={"id": "9", "user_id": "17841400000000001", "username": "shop"})
        return httpx.Response(200, json={"data": [{"subscribed_fields": list(FIELDS)}]})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def vault() -> Vault:
    return Vault([new_key()])


@pytest.fixture
async def doctor(store: Store, clock: ManualClock, world: World, vault: Vault) -> AsyncIterator[DoctorService]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(world)) as http:
        yield DoctorService(store, clock, http, client_of(world), vault, SETUP)


@pytest.fixture
async def account(connected: Any, ann: Member, store: Store, vault: Vault) -> r.Account:
    found = await connected(ann)
    sealed = vault.seal(Secret("token"))
    kept = await store.accounts.connect(dataclasses.replace(found, sealed_token=sealed, scopes=" ".join(SCOPES)))
    assert kept is not None
    return kept


class TestExamine:
    async def test_the_server_then_the_accounts(
        self, doctor: DoctorService, ann: Member, account: r.Account, talk: Any
    ) -> None:
        await talk(ann, account=account)
        report = await doctor.examine(ann)
        found = {check.id: check.state for check in report.checks}
        assert found.pop("clock") == "unknown"
        assert set(found.values()) == {"ok"}
        assert report.state == "unknown"
        assert report.names == {account.id: "shop"}
        events = next(check for check in report.checks if check.id == "events")
        assert events.evidence == "Last of each kind: message 0 min ago."

    async def test_events_that_never_came(self, doctor: DoctorService, ann: Member, account: r.Account) -> None:
        events = next(check for check in (await doctor.examine(ann)).checks if check.id == "events")
        assert (events.state, events.evidence) == ("warning", "Nothing has arrived yet.")
        assert events.fix.startswith("Write to the account")

    async def test_events_that_stopped(
        self, doctor: DoctorService, ann: Member, account: r.Account, talk: Any, clock: ManualClock
    ) -> None:
        await talk(ann, account=account)
        clock.advance(8 * 86_400)
        events = next(check for check in (await doctor.examine(ann)).checks if check.id == "events")
        assert events.state == "warning"
        assert events.evidence == "Nothing has arrived for a week. Last of each kind: message 8 days ago."

    async def test_takes_an_admin(self, doctor: DoctorService, ann: Member) -> None:
        for role, is_refused in (("viewer", True), ("agent", True), ("admin", False)):
            member = dataclasses.replace(ann, role=role)
            if not is_refused:
                assert (await doctor.examine(member)).checks
                continue
            with pytest.raises(AppError) as caught:
                await doctor.examine(member)
            assert caught.value.code == "role_required"

    async def test_sees_no_other_workspace(self, doctor: DoctorService, bob: Member, account: r.Account) -> None:
        report = await doctor.examine(bob)
        assert report.names == {}
        assert {check.account_id for check in report.checks} == {None}
        assert (await doctor.examine_all()).names == {account.id: "shop"}

    async def test_leaves_disconnected_accounts_out(
        self, doctor: DoctorService, ann: Member, account: r.Account, store: Store
    ) -> None:
        await store.accounts.set_state(account.id, "disconnected", None)
        assert (await doctor.examine(ann)).names == {}

    async def test_not_more_than_six_times_a_minute(
        self, doctor: DoctorService, ann: Member, clock: ManualClock
    ) -> None:
        for _ in range(6):
            await doctor.examine(ann)
        with pytest.raises(AppError) as caught:
            await doctor.examine(ann)
        assert caught.value.code == "rate_limited"
        clock.advance(60)
        await doctor.examine(ann)


class TestMissed:
    """The check for missed messages, where it is switched on."""

    async def found(self, doctor: DoctorService, ann: Member) -> list[tuple[str, str]]:
        checks = (await doctor.examine(ann)).checks
        return [(check.state, check.evidence) for check in checks if check.id == "reconcile"]

    async def test_is_silent_until_it_is_switched_on(
        self, doctor: DoctorService, ann: Member, account: r.Account
    ) -> None:
        assert await self.found(doctor, ann) == []

    async def test_tells_when_it_was_made_and_what_it_found(
        self, doctor: DoctorService, ann: Member, account: r.Account, store: Store, clock: ManualClock
    ) -> None:
        await store.accounts.set_rules(ann.workspace_id, account.id, {"reconcile": True})
        assert await self.found(doctor, ann) == [("unknown", "It has not been made yet.")]
        given: Any = {"reconcile_at": clock.now(), "reconciled_to": clock.now()}
        await store.accounts.settle_reconcile(account.id, **given, found_at=None)
        clock.advance(180)
        assert await self.found(doctor, ann) == [("ok", "Last made 3 min ago. It has found nothing so far.")]
        await store.accounts.settle_reconcile(account.id, **given, found_at=clock.now())
        assert await self.found(doctor, ann) == [("ok", "Last made 3 min ago. It last found something 0 min ago.")]
        clock.advance(3 * 3600)
        ((state, evidence),) = await self.found(doctor, ann)
        assert (state, evidence) == ("warning", "Last made 3 h ago. It last found something 3 h ago.")


class TestDeliveries:
    """What came for nobody, told by a running server."""

    async def told(self, store: Store, clock: ManualClock, vault: Vault, world: World, *bodies: bytes) -> Any:
        intake = Intake(store.queue, clock, SECRETS, lambda: None)
        for body in bodies:
            await intake.receive(body, sign(body, SECRETS["META_APP_SECRET"]))
        async with httpx.AsyncClient(transport=httpx.MockTransport(world)) as http:
            doctor = DoctorService(store, clock, http, Mock(), vault, SETUP, intake)
            checks = (await doctor.examine_all()).checks
        return next((check.state, check.evidence) for check in checks if check.id == "deliveries")

    async def test_nothing(self, store: Store, clock: ManualClock, vault: Vault, world: World) -> None:
        assert await self.told(store, clock, vault, world) == (
            "ok",
            "Meta's Test button was not heard since this server started. "
            "No event came for an account that is not connected here.",
        )

    async def test_the_test_button(self, store: Store, clock: ManualClock, vault: Vault, world: World) -> None:
        state, evidence = await self.told(store, clock, vault, world, delivery("0"))
        now = clock.now()
        assert state == "ok"
        assert evidence.startswith(f"Meta's Test button was heard at {now:%H:%M} UTC on {now.day} {now:%B}.")

    async def test_accounts_that_are_not_connected(
        self, store: Store, clock: ManualClock, vault: Vault, world: World
    ) -> None:
        assert await self.told(store, clock, vault, world, delivery("17841499999999999")) == (
            "warning",
            "1 event came for an account that is not connected here.",
        )
        assert (await self.told(store, clock, vault, world, delivery("1", "m1"), delivery("1", "m2")))[1] == (
            "2 events came for accounts that are not connected here."
        )


def delivery(account: str, mid: str = "m") -> bytes:
    """A message to an account."""
    item = {"sender": {"id": "7"}, "recipient": {"id": account}, "timestamp": 1, "message": {"mid": mid, "text": "x"}}
    return json.dumps({"object": "instagram", "entry": [{"id": account, "time": 1, "messaging": [item]}]}).encode()


class TestApi:
    async def test_says_what_to_do(
        self, doctor: DoctorService, world: World, clock: ManualClock, ann: Member, account: r.Account
    ) -> None:
        world.broken["conversations"] = httpx.Response(
            403, json={"error": {"message": "No", "code": 200, "error_subcode": 2534041}}
        )
        assembly: Any = SimpleNamespace(connect=None, doctor=doctor)
        web = client(build_router(assembly), clock, ann=ann, vic=dataclasses.replace(ann, role="viewer"))
        answer = await web.get("/api/instagram/doctor", headers=as_("ann"))
        assert (answer.status_code, answer.json()["state"]) == (200, "failed")
        (failed,) = [check for check in answer.json()["checks"] if check["state"] == "failed"]
        assert failed == {
            "id": "message_access",
            "title": "Access to messages",
            "state": "failed",
            "evidence": "The owner switched off access to messages.",
            "fix": "In Instagram: Settings, Message controls, Connected tools, Allow access to messages.",
            "accountId": account.id,
        }
        assert (await web.get("/api/instagram/doctor", headers=as_("vic"))).status_code == 403
        assert (await web.get("/api/instagram/doctor")).status_code == 401


class TestCommand:
    """Beside a server that is running on the same database file."""

    @pytest.fixture
    async def server(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
        async with running_app(tmp_path, simulator=True) as app:
            for name, value in (("DATA_DIR", tmp_path), ("SIMULATOR", "true"), ("ENV", "development")):
                monkeypatch.setenv(f"INSTANTCHAT_{name}", str(value))
            yield app.assembly.settings.port

    async def run(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
        code = await asyncio.to_thread(main, ["doctor", *arguments])
        return code, capsys.readouterr().out

    async def test_prints_a_table(self, server: int, capsys: pytest.CaptureFixture[str]) -> None:
        code, text = await self.run(capsys, "--port", str(server))
        assert code == 0
        assert text.startswith("This server\n  ok       Settings of the Meta app")
        assert "  ok       Webhook handshake" in text
        assert "  ok       Delivery signed with META_APP_SECRET" in text
        assert text.rstrip().endswith("No Instagram account is connected.")

    async def test_fails_when_a_check_does_and_prints_json(
        self, server: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("INSTANTCHAT_META_VERIFY_TOKEN", "another")
        code, text = await self.run(capsys, "--port", str(server), "--json")
        assert code == 1
        found = {check["id"]: check["state"] for check in json.loads(text)["checks"]}
        assert (json.loads(text)["state"], found["handshake"], found["public_url"]) == ("failed", "failed", "ok")
