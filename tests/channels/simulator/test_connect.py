"""OAuth, tokens and the account, the product's client against the simulator."""

from __future__ import annotations

import httpx
import pytest

from instantchat.channels.instagram.client import FIELDS, SCOPES
from instantchat.channels.instagram.errors import TESTER_HINT, MetaRefused, MetaUnreachable, RefusalKind
from instantchat.kit.crypto import Secret
from tests.channels.simulator.world import APP_SECRET, CALLBACK, META, World

DAY = 86400


class TestAuthorize:
    async def test_the_page_lists_accounts_and_permissions(self, unconnected: World) -> None:
        page = await unconnected.http.get(unconnected.client.authorize_url(CALLBACK, "s"))
        assert page.status_code == 200
        for text in ("sunny.bakery", "lena.draws", "Read and answer its messages", "Allow", "Deny"):
            assert text in page.text

    async def test_allow_goes_back_with_code_and_state(self, unconnected: World) -> None:
        back = await unconnected.authorize()
        assert back["state"] == "st/ate"
        assert len(back["code"]) > 100

    async def test_the_address_back_ends_as_metas_does(self, unconnected: World) -> None:
        accounts = await unconnected.api("GET", "accounts")
        url = unconnected.client.authorize_url(CALLBACK, "s")
        chosen = {"action": "allow", "account": accounts["data"][0]["id"]}
        assert (await unconnected.http.post(url, data=chosen)).headers["location"].endswith("#_")

    async def test_deny_goes_back_with_the_reason(self, unconnected: World) -> None:
        back = await unconnected.authorize(action="deny")
        assert (back["error"], back["error_reason"], back["state"]) == ("access_denied", "user_denied", "st/ate")

    async def test_creates_another_account_to_choose(self, unconnected: World) -> None:
        url = unconnected.client.authorize_url(CALLBACK, "s")
        made = {"action": "create", "username": "@Corner.Cafe", "name": "<b>Corner</b>"}
        page = await unconnected.http.post(url, data=made)
        assert "corner.cafe" in page.text
        assert "&lt;b&gt;Corner" in page.text
        again = await unconnected.http.post(url, data=made)
        assert "already an account @corner.cafe" in again.text

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("1000000000000001", "999", "Invalid platform app"),
            ("localhost", "evil.example", "Redirect URI does not match registered redirect URI"),
            ("response_type=code", "response_type=token", "Invalid response_type"),
        ],
    )
    async def test_refuses_what_meta_refuses(self, unconnected: World, old: str, new: str, message: str) -> None:
        url = unconnected.client.authorize_url(CALLBACK, "s").replace(old, new)
        answer = await unconnected.http.get(url)
        assert answer.status_code == 400
        assert answer.json() == {"error_type": "OAuthException", "code": 400, "error_message": message}


class TestCodeExchange:
    async def test_gives_a_token_and_the_permissions(self, unconnected: World) -> None:
        short = await unconnected.client.exchange_code((await unconnected.authorize())["code"], CALLBACK)
        assert short.token.reveal().startswith("IGAA")
        assert "instagram_business_manage_messages" in short.permissions
        assert short.user_id is not None and short.user_id.startswith("17841")

    @pytest.mark.parametrize("form", ["flat", "data"])
    async def test_reads_both_envelopes_alike(self, unconnected: World, form: str) -> None:
        """Flat with an unquoted id and an array of permissions, or `data[0]` with text and csv."""
        await unconnected.api("PUT", "faults", {"envelopes": form})
        short = await unconnected.client.exchange_code((await unconnected.authorize())["code"], CALLBACK)
        long = await unconnected.client.long_lived(short.token)
        me = await unconnected.client.me(long.token)
        assert short.permissions == set(SCOPES)
        assert (short.user_id, me.username) == (me.ig_user_id, "sunny.bakery")

    async def test_strips_the_fragment(self, unconnected: World) -> None:
        code = (await unconnected.authorize())["code"] + "#_"
        assert (await unconnected.client.exchange_code(code, CALLBACK)).token

    async def test_works_once(self, unconnected: World) -> None:
        code = (await unconnected.authorize())["code"]
        await unconnected.client.exchange_code(code, CALLBACK)
        with pytest.raises(MetaRefused, match="already used"):
            await unconnected.client.exchange_code(code, CALLBACK)

    async def test_works_for_an_hour(self, unconnected: World) -> None:
        code = (await unconnected.authorize())["code"]
        unconnected.clock.advance(3601)
        with pytest.raises(MetaRefused, match="Matching code was not found"):
            await unconnected.client.exchange_code(code, CALLBACK)

    async def test_needs_the_same_redirect_uri(self, unconnected: World) -> None:
        code = (await unconnected.authorize())["code"]
        with pytest.raises(MetaRefused, match="callback address"):
            await unconnected.client.exchange_code(code, CALLBACK + "/")


class TestTokens:
    async def test_long_lived_lasts_sixty_days(self, unconnected: World) -> None:
        short = await unconnected.client.exchange_code((await unconnected.authorize())["code"], CALLBACK)
        long = await unconnected.client.long_lived(short.token)
        assert 59 * DAY < long.expires_in <= 60 * DAY
        unconnected.clock.advance(59 * DAY)
        assert (await unconnected.client.me(long.token)).username == "sunny.bakery"
        unconnected.clock.advance(2 * DAY)
        with pytest.raises(MetaRefused) as refusal:
            await unconnected.client.me(long.token)
        assert refusal.value.refusal.kind is RefusalKind.RECONNECT
        assert refusal.value.refusal.subcode == 463

    async def test_refresh_needs_a_day(self, world: World) -> None:
        with pytest.raises(MetaRefused):
            await world.client.refresh(world.token)
        world.clock.advance(DAY + 1)
        renewed = await world.client.refresh(world.token)
        world.clock.advance(59.5 * DAY)
        assert (await world.client.me(renewed.token)).ig_user_id == world.account_id

    async def test_an_expired_short_token_cannot_be_exchanged(self, unconnected: World) -> None:
        short = await unconnected.client.exchange_code((await unconnected.authorize())["code"], CALLBACK)
        unconnected.clock.advance(3601)
        with pytest.raises(MetaRefused):
            await unconnected.client.long_lived(short.token)

    async def test_only_get_works(self, world: World) -> None:
        query = {
            "grant_type": "ig_exchange_token",
            "client_secret": APP_SECRET.reveal(),
            "access_token": world.token.reveal(),
        }
        answer = await world.http.post(f"{META}/access_token", params=query)
        assert answer.json()["error"]["message"] == "Unsupported request - method type: post"

    @pytest.mark.parametrize("how", ["revoke", "expire"])
    async def test_die_with_the_owners_will(self, world: World, how: str) -> None:
        await world.api("POST", f"accounts/{world.account_id}/{how}")
        with pytest.raises(MetaRefused) as refusal:
            await world.client.me(world.token)
        assert refusal.value.refusal.kind is RefusalKind.RECONNECT

    async def test_an_account_without_a_role_in_the_app_gets_a_hint(self, world: World) -> None:
        await world.api("PUT", "faults", {"appLive": False})
        await world.api("PATCH", f"accounts/{world.account_id}", {"isTester": False})
        with pytest.raises(MetaRefused, match="lacks the Instagram Tester role") as refusal:
            await world.client.me(world.token)
        assert refusal.value.refusal.hint == TESTER_HINT

    async def test_garbage_is_190(self, world: World) -> None:
        with pytest.raises(MetaRefused) as refusal:
            await world.client.me(Secret("garbage"))
        assert refusal.value.refusal.code == 190


class TestMe:
    async def test_has_both_ids(self, world: World) -> None:
        me = await world.client.me(world.token)
        assert (me.username, me.name, me.account_type) == ("sunny.bakery", "Sunny Bakery", "BUSINESS")
        assert me.ig_user_id == world.account_id
        assert me.app_scoped_id != me.ig_user_id
        assert me.picture_url is not None
        assert me.picture_url.startswith(f"http://localhost:8000/simulator/avatars/{me.ig_user_id}.svg?oe=")
        picture = await world.http.get(f"/simulator/avatars/{me.ig_user_id}.svg")
        assert picture.headers["content-type"].startswith("image/svg+xml")
        assert ">SB<" in picture.text

    @pytest.mark.parametrize("path", ["me", "v25.0/me", "v24.0/me"])
    async def test_works_with_and_without_version(self, world: World, path: str) -> None:
        query = {"fields": "user_id", "access_token": world.token.reveal()}
        assert (await world.http.get(f"{META}/{path}", params=query)).json()["user_id"] == world.account_id

    async def test_reads_the_wrapped_envelope_too(self, world: World) -> None:
        wrapped = b'{"data":[{"user_id":17841400000000001,"id":"2","username":"x"}]}'
        http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _request: httpx.Response(200, content=wrapped)))
        world.client._http = http
        me = await world.client.me(Secret("t"))
        assert (me.ig_user_id, me.app_scoped_id, me.name) == ("17841400000000001", "2", "x")

    @pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"{}", b'{"id":"1"}'])
    async def test_an_answer_that_is_none_is_unreachable(self, world: World, answer: bytes) -> None:
        http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _request: httpx.Response(200, content=answer)))
        world.client._http = http
        with pytest.raises(MetaUnreachable):
            await world.client.me(Secret("t"))


class TestSubscription:
    async def test_turns_webhooks_on_and_off(self, world: World) -> None:
        igsid = await world.customer()
        await world.write(igsid, "one")
        assert (await world.product.next_event()).text == "one"
        await world.client.unsubscribe(world.account_id, world.token)
        await world.write(igsid, "two")
        await world.client.subscribe(world.account_id, world.token)
        await world.write(igsid, "three")
        assert (await world.product.next_event()).text == "three"

    async def test_shows_in_the_list_of_accounts(self, world: World) -> None:
        accounts = (await world.api("GET", "accounts"))["data"]
        assert {account["username"]: account["connected"] for account in accounts} == {
            "sunny.bakery": True,
            "lena.draws": False,
        }

    @pytest.mark.parametrize(
        ("accepted", "optional"),
        [("both", {"message_edit", "message_echoes"}), ("message_edit", {"message_edit"}), ("none", set())],
    )
    async def test_asks_for_optional_fields_too_and_does_without(
        self, unconnected: World, accepted: str, optional: set[str]
    ) -> None:
        await unconnected.api("PUT", "faults", {"optionalFields": accepted})
        await unconnected.connect()
        fields = await unconnected.client.subscribed_fields(unconnected.account_id, unconnected.token)
        assert fields == set(FIELDS) | optional

    async def test_a_dead_token_is_not_tried_again(self, world: World) -> None:
        await world.api("POST", f"accounts/{world.account_id}/revoke")
        with pytest.raises(MetaRefused) as refusal:
            await world.client.subscribe(world.account_id, world.token)
        assert refusal.value.refusal.code == 190


class TestUnknownPaths:
    async def test_are_2500(self, world: World) -> None:
        answer = await world.http.get(f"{META}/v25.0/me/nothing/here")
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, 2500)
        assert answer.json()["error"]["fbtrace_id"]
