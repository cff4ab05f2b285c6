"""The Facebook Login product at `/simulator/facebook`, which stands for graph.facebook.com."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.channels.simulator.world import APP_ID, META_SECRET, World

FACEBOOK = "/simulator/facebook/v25.0"


@dataclass
class Page:
    """A page, its token, and the account behind it."""

    world: World
    id: str
    token: str
    ig_id: str

    async def call(self, method: str, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """(status, error or answer)."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = await self.world.http.request(method, f"{FACEBOOK}/{path}", headers=headers, **body)
        found: dict[str, Any] = answer.json()
        return answer.status_code, found.get("error", found)

    async def send(self, node: str, **recipient: str) -> tuple[int, dict[str, Any]]:
        return await self.call("POST", f"{node}/messages", json={"recipient": recipient, "message": {"text": "x"}})


async def exchanged(world: World, **changes: str) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """(status, answer or error, the login) of the exchange for a long-lived user token."""
    account_id = (await world.api("GET", "accounts"))["data"][0]["id"]
    login = await world.api("POST", f"accounts/{account_id}/facebook-logins", {})
    query = {
        "grant_type": "fb_exchange_token",
        "client_id": APP_ID,
        "client_secret": META_SECRET.reveal(),
        "fb_exchange_token": login["userToken"],
    }
    answer = await world.http.get(f"{FACEBOOK}/oauth/access_token", params={**query, **changes})
    found = answer.json()
    return answer.status_code, found.get("error", found), login


async def pages(world: World, user_token: str) -> list[dict[str, Any]]:
    fields = "name,access_token,tasks,instagram_business_account"
    answer = await world.http.get(f"{FACEBOOK}/me/accounts", params={"fields": fields, "access_token": user_token})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


@pytest.fixture
async def page(unconnected: World) -> Page:
    """Subscribed."""
    _status, answer, _login = await exchanged(unconnected)
    found = (await pages(unconnected, answer["access_token"]))[0]
    made = Page(unconnected, found["id"], found["access_token"], found["instagram_business_account"]["id"])
    assert (await made.call("POST", f"{made.id}/subscribed_apps?subscribed_fields=messages"))[1] == {"success": True}
    unconnected.account_id = made.ig_id
    return made


class TestTokens:
    async def test_exchange_for_sixty_days(self, unconnected: World) -> None:
        status, answer, login = await exchanged(unconnected)
        assert (status, answer["token_type"], answer["expires_in"]) == (200, "bearer", 5_184_000)
        assert answer["access_token"].startswith("EAA")
        assert login["userToken"].startswith("EAA")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"client_id": "1"}, 101),
            ({"client_secret": "app-secret"}, 1),
            ({"grant_type": "ig_exchange_token"}, 100),
            ({"fb_exchange_token": "EAAno"}, 190),
        ],
    )
    async def test_refuses_what_facebook_refuses(self, unconnected: World, changes: dict[str, str], code: int) -> None:
        status, error, _login = await exchanged(unconnected, **changes)
        assert (status, error["code"], error["type"]) == (400, code, "OAuthException")

    async def test_the_page_names_its_instagram_account(self, page: Page) -> None:
        assert page.ig_id.startswith("17841")
        assert page.token.startswith("EAA")
        assert page.id not in (page.ig_id, "")

    async def test_no_date_ends_a_page_token(self, page: Page) -> None:
        await page.world.api("POST", "clock", {"advance": 400 * 86_400})
        assert (await page.call("GET", "me?fields=name"))[1]["id"] == page.id

    async def test_removing_the_app_ends_it(self, page: Page) -> None:
        await page.world.api("POST", f"accounts/{page.ig_id}/revoke")
        status, error = await page.call("GET", "me")
        assert (status, error["code"], error["error_subcode"]) == (400, 190, 458)

    async def test_one_products_token_is_nothing_to_the_other(self, page: Page) -> None:
        answer = await page.world.http.get(f"/simulator/meta/me?access_token={page.token}")
        assert answer.json()["error"]["code"] == 190


class TestSubscribing:
    async def test_pitfall_24_instagram_field_names_are_refused_with_the_list(self, page: Page) -> None:
        wanted = {"subscribed_fields": "messages,messaging_seen"}
        status, error = await page.call("POST", f"{page.id}/subscribed_apps", params=wanted)
        assert (status, error["code"], error["type"]) == (400, 100, "OAuthException")
        assert error["message"].startswith("(#100) Param subscribed_fields[1] must be one of {feed, mention, ")
        assert "message_reads" in error["message"]
        assert error["message"].endswith('got "messaging_seen".')

    async def test_is_listed_and_ended(self, page: Page) -> None:
        assert (await page.call("GET", f"{page.id}/subscribed_apps"))[1] == {"data": [{"id": APP_ID}]}
        await page.call("DELETE", f"{page.id}/subscribed_apps")
        assert (await page.call("GET", f"{page.id}/subscribed_apps"))[1] == {"data": []}

    async def test_webhooks_name_the_account_and_are_signed_by_the_meta_app(self, page: Page) -> None:
        world = page.world
        await world.write(await world.customer(), "hi")
        assert (await world.product.next_event()).account_ig_id == page.ig_id
        assert world.product.signed_with == ["meta"]
        assert (world.body()["object"], world.body()["entry"][0]["id"]) == ("instagram", page.ig_id)


class TestSending:
    @pytest.mark.parametrize("by_me", [True, False])
    async def test_by_the_page(self, page: Page, by_me: bool) -> None:
        igsid = await page.world.customer()
        await page.world.write(igsid, "hi")
        status, answer = await page.send("me" if by_me else page.id, id=igsid)
        assert (status, answer["recipient_id"]) == (200, igsid)

    async def test_pitfall_23_a_private_reply_needs_the_page(self, page: Page) -> None:
        comment = await page.world.comment(await page.world.customer(), "PRICE")
        status, error = await page.send(page.ig_id, comment_id=comment["id"])
        assert (status, error["code"]) == (400, 3)
        assert error["message"] == "(#3) Application does not have the capability to make this API call."
        assert (await page.send(page.id, comment_id=comment["id"]))[0] == 200

    async def test_refusals_are_of_facebooks_type(self, page: Page) -> None:
        status, error = await page.send(page.id, id="1")
        assert (status, error["error_subcode"], error["type"]) == (400, 2534014, "OAuthException")
