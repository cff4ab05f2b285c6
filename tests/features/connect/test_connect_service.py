from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from instantchat.errors import AppError, Conflict, Forbidden, Invalid, NotFound, Unavailable
from instantchat.features.auth.member import Member
from instantchat.features.connect.refusals import sentence_of
from instantchat.features.connect.service import ConnectService
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Secret, Vault, new_key
from instantchat.store.ports import Store
from tests.features.connect.meta import Meta, refusal

KEY = Secret("k" * 40)


async def refused(call: Awaitable[Any], kind: type[AppError], code: str) -> None:
    with pytest.raises(kind) as caught:
        await call
    assert caught.value.code == code


@pytest.fixture
def meta() -> Meta:
    return Meta()


@pytest.fixture
def vault() -> Vault:
    return Vault([new_key()])


@pytest.fixture
def connect(store: Store, clock: ManualClock, publisher: Any, meta: Meta, vault: Vault) -> ConnectService:
    return ConnectService(store, clock, publisher, meta.client(), vault, KEY, base_url="https://chat.test/")


async def begun(connect: ConnectService, member: Member) -> str:
    """The state of a fresh authorize address."""
    return parse_qs(urlsplit(await connect.begin(member)).query)["state"][0]


async def done(connect: ConnectService, member: Member) -> Any:
    return await connect.complete(member, code="the-code#_", state=await begun(connect, member))


class TestBegin:
    async def test_sends_people_to_instagram(self, connect: ConnectService, ann: Member) -> None:
        url = urlsplit(await connect.begin(ann))
        query = parse_qs(url.query)
        assert (url.netloc, url.path) == ("instagram.test", "/oauth/authorize")
        assert query["redirect_uri"] == ["https://chat.test/api/instagram/callback"]
        assert query["client_id"] == ["1234"]

    async def test_without_a_meta_app(
        self, store: Store, clock: ManualClock, publisher: Any, meta: Meta, vault: Vault, ann: Member
    ) -> None:
        service = ConnectService(
            store, clock, publisher, meta.client(), vault, KEY, base_url="https://chat.test", is_configured=False
        )
        await refused(service.begin(ann), Unavailable, "not_configured")


class TestComplete:
    async def test_stores_the_account_with_its_token_sealed(
        self, connect: ConnectService, ann: Member, meta: Meta, vault: Vault, clock: ManualClock, publisher: Any
    ) -> None:
        account = await done(connect, ann)
        assert (account.ig_user_id, account.ig_scoped_id) == ("17841400000000001", "777")
        assert (account.username, account.name, account.state) == ("shop", "The Shop", "ok")
        assert account.picture_url == "https://cdn.test/shop.jpg"
        assert account.token_expires_at == clock.now() + dt.timedelta(days=60)
        assert account.refresh_at is not None
        assert dt.timedelta(days=50) <= account.refresh_at - clock.now() <= dt.timedelta(days=51)
        assert account.scopes == "instagram_business_basic instagram_business_manage_messages"
        assert "long-token" not in account.sealed_token
        assert vault.open(account.sealed_token) == Secret("long-token")
        assert meta.calls == ["exchange", "long_lived", "me", "subscribe"]
        assert publisher.kinds() == ["account"]
        assert await connect.status(ann) == [account]

    async def test_again_renews_the_same_account(self, connect: ConnectService, ann: Member) -> None:
        first, second = await done(connect, ann), await done(connect, ann)
        assert first.id == second.id
        assert len(await connect.status(ann)) == 1

    async def test_an_account_belongs_to_one_workspace(self, connect: ConnectService, ann: Member, bob: Member) -> None:
        account = await done(connect, ann)
        await refused(done(connect, bob), Conflict, "account_in_use")
        await connect.disconnect(ann, account.id)
        assert (await done(connect, bob)).workspace_id == bob.workspace_id

    async def test_denied(self, connect: ConnectService, ann: Member) -> None:
        call = connect.complete(ann, code=None, state=await begun(connect, ann), error="access_denied")
        await refused(call, Forbidden, "access_denied")

    async def test_a_missing_code(self, connect: ConnectService, ann: Member) -> None:
        call = connect.complete(ann, code="#_", state=await begun(connect, ann))
        await refused(call, Invalid, "code_missing")

    async def test_both_permissions_are_needed(self, connect: ConnectService, ann: Member, meta: Meta) -> None:
        meta.permissions = "instagram_business_basic"
        await refused(done(connect, ann), Invalid, "permissions_missing")
        assert meta.calls == ["exchange"]
        assert await connect.status(ann) == []

    @pytest.mark.parametrize(
        ("step", "code"),
        [
            ("exchange", "code_rejected"),
            ("long_lived", "instagram_refused"),
            ("me", "instagram_refused"),
            ("subscribe", "subscribe_failed"),
        ],
    )
    async def test_what_instagram_refuses(
        self, connect: ConnectService, ann: Member, meta: Meta, step: str, code: str
    ) -> None:
        meta.broken[step] = refusal(190)
        with pytest.raises(AppError) as caught:
            await done(connect, ann)
        assert caught.value.code == code
        assert await connect.status(ann) == []

    @pytest.mark.parametrize("step", ["exchange", "long_lived", "me", "subscribe"])
    async def test_what_instagram_does_not_answer(
        self, connect: ConnectService, ann: Member, meta: Meta, step: str
    ) -> None:
        meta.broken[step] = httpx.ReadTimeout("slow")
        await refused(done(connect, ann), Unavailable, "instagram_unreachable")
        assert await connect.status(ann) == []


class TestState:
    async def test_works_once(self, connect: ConnectService, ann: Member) -> None:
        state = await begun(connect, ann)
        await connect.complete(ann, code="the-code", state=state)
        await refused(connect.complete(ann, code="the-code", state=state), Forbidden, "state_used")

    async def test_for_ten_minutes(self, connect: ConnectService, ann: Member, clock: ManualClock) -> None:
        state = await begun(connect, ann)
        clock.advance(600)
        await refused(connect.complete(ann, code="the-code", state=state), Forbidden, "state_expired")

    async def test_for_the_one_who_began(self, connect: ConnectService, ann: Member, bob: Member) -> None:
        state = await begun(connect, ann)
        await refused(connect.complete(bob, code="the-code", state=state), Forbidden, "state_other_member")
        assert (await connect.complete(ann, code="the-code", state=state)).workspace_id == ann.workspace_id

    async def test_only_when_we_made_it(self, connect: ConnectService, ann: Member, clock: ManualClock) -> None:
        claims = {
            "aud": "instagram_connect",
            "sub": ann.user_id,
            "jti": "made-up",
            "exp": clock.now().timestamp() + 60,
        }
        forged = jwt.encode(claims, "x" * 40, algorithm="HS256")
        access_token = jwt.encode({**claims, "aud": "access"}, KEY.reveal(), algorithm="HS256")
        unsigned = jwt.encode(claims, "", algorithm="none")
        for state in (forged, access_token, unsigned, "nonsense"):
            await refused(connect.complete(ann, code="the-code", state=state), Forbidden, "state_invalid")
        await refused(connect.complete(ann, code="the-code", state=None), Forbidden, "state_missing")


class TestStatusAndDisconnect:
    async def test_account_without_an_id_is_the_oldest(
        self, connect: ConnectService, ann: Member, meta: Meta, clock: ManualClock
    ) -> None:
        await refused(connect.account(ann), NotFound, "not_connected")
        first = await done(connect, ann)
        clock.advance(1)
        meta.user_id = "17841400000000002"
        second = await done(connect, ann)
        assert await connect.account(ann) == first
        assert await connect.account(ann, second.id) == second
        await refused(connect.disconnect(ann), Invalid, "account_id_needed")

    async def test_disconnecting_drops_the_token(
        self, connect: ConnectService, ann: Member, meta: Meta, publisher: Any
    ) -> None:
        await done(connect, ann)
        publisher.kinds()
        gone = await connect.disconnect(ann)
        assert (gone.state, gone.sealed_token) == ("disconnected", "")
        assert meta.calls[-1] == "unsubscribe"
        assert publisher.kinds() == ["account"]
        assert [account.state for account in await connect.status(ann)] == ["disconnected"]
        await refused(connect.account(ann, gone.id), NotFound, "not_connected")
        await refused(connect.disconnect(ann), NotFound, "not_connected")

    @pytest.mark.parametrize("answer", [refusal(190), httpx.ConnectError("away")])
    async def test_whatever_instagram_says(
        self, connect: ConnectService, ann: Member, meta: Meta, answer: httpx.Response | Exception
    ) -> None:
        await done(connect, ann)
        meta.broken["unsubscribe"] = answer
        assert (await connect.disconnect(ann)).state == "disconnected"


class TestWhoMay:
    async def test_another_workspace_sees_nothing(self, connect: ConnectService, ann: Member, bob: Member) -> None:
        account = await done(connect, ann)
        assert await connect.status(bob) == []
        await refused(connect.account(bob, account.id), NotFound, "not_connected")
        await refused(connect.disconnect(bob, account.id), NotFound, "not_connected")
        assert (await connect.account(ann)).state == "ok"

    async def test_an_agent_cannot_connect(self, connect: ConnectService, ann: Member) -> None:
        agent = replace(ann, role="agent")
        await refused(connect.begin(agent), Forbidden, "role_required")
        await refused(connect.complete(agent, code="c", state="s"), Forbidden, "role_required")
        await refused(connect.disconnect(agent), Forbidden, "role_required")


def test_every_code_has_a_sentence() -> None:
    assert sentence_of("state_expired").startswith("More than 10 minutes")
    assert sentence_of("<script>") == sentence_of("internal_error")
