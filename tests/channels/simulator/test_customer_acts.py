"""Stories, shares, reactions, edits, unsends, referrals, menus and the owner's phone, as the product hears of them."""

from __future__ import annotations

from typing import Any

import pytest

from instantchat.channels.instagram.client import FIELDS
from tests.channels.simulator.world import World

DAY = 86400
BREAKERS = [{"locale": "default", "call_to_actions": [{"question": "Prices?", "payload": "ice:prices"}]}]
MENU = [
    {
        "locale": "default",
        "call_to_actions": [
            {"type": "postback", "title": "Talk to us", "payload": "menu:talk"},
            {"type": "web_url", "title": "Site", "url": "https://example.com"},
        ],
    }
]


def item(world: World) -> Any:
    """The last messaging item the product was sent."""
    return world.body()["entry"][0]["messaging"][0]


async def fetched(world: World, url: str) -> int:
    return (await world.http.get(url.removeprefix("http://localhost:8000"))).status_code


class TestStories:
    async def test_a_reply_names_the_story_and_opens_the_window(self, world: World) -> None:
        igsid, story = await world.customer(), (await world.posts("STORY"))[0]
        await world.api("POST", f"customers/{igsid}/story-replies", {"mediaId": story["id"], "text": "wow"})
        event = await world.product.next_event()
        assert (event.kind, event.text) == ("message", "wow")
        told = item(world)["message"]["reply_to"]["story"]
        assert told["id"] == story["id"]
        assert b"\\/ig_messaging_cdn\\/" in world.product.bodies[-1]
        assert await fetched(world, told["url"]) == 200
        assert (await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "thanks"}}))[0] == 200

    async def test_are_over_after_a_day(self, world: World) -> None:
        igsid, story = await world.customer(), (await world.posts("STORY"))[0]
        world.clock.advance(DAY + 1)
        body = {"mediaId": story["id"], "text": "late"}
        assert await world.refused("POST", f"customers/{igsid}/story-replies", body) == 409
        assert (await world.posts("STORY"))[0]["id"] != story["id"]
        assert await fetched(world, story["pictureUrl"]) == 403

    async def test_a_mention_brings_an_address_that_dies(self, world: World) -> None:
        igsid = await world.customer()
        await world.api("POST", f"customers/{igsid}/story-mentions", {"accountId": world.account_id})
        event = await world.product.next_event()
        (attachment,) = event.attachments
        assert attachment["type"] == "story_mention"
        assert await fetched(world, attachment["url"]) == 200
        world.clock.advance(DAY + 1)
        assert await fetched(world, attachment["url"]) == 403


class TestMedia:
    async def test_several_attachments(self, world: World) -> None:
        wanted = [{"type": "image"}, {"type": "audio"}, {"type": "like_heart"}, {"type": "ephemeral"}]
        body = {"accountId": world.account_id, "attachments": wanted}
        await world.api("POST", f"customers/{await world.customer()}/messages", body)
        event = await world.product.next_event()
        assert [each["type"] for each in event.attachments] == ["image", "audio", "like_heart", "ephemeral"]
        assert [each["url"] is None for each in event.attachments] == [False, False, True, True]
        assert await fetched(world, event.attachments[1]["url"]) == 200

    async def test_an_address_of_ones_own(self, world: World) -> None:
        body = {"accountId": world.account_id, "attachments": [{"type": "video", "url": "https://example.com/v.mp4"}]}
        await world.api("POST", f"customers/{await world.customer()}/messages", body)
        url = (await world.product.next_event()).attachments[0]["url"]
        answer = await world.http.get(url.removeprefix("http://localhost:8000"))
        assert (answer.status_code, answer.headers["location"]) == (302, "https://example.com/v.mp4")

    async def test_what_the_api_cannot_express(self, world: World) -> None:
        body = {"accountId": world.account_id, "isUnsupported": True}
        await world.api("POST", f"customers/{await world.customer()}/messages", body)
        await world.product.next_event()
        assert set(item(world)["message"]) == {"mid", "is_unsupported"}

    @pytest.mark.parametrize(
        ("form", "types"), [("ig_post", ["ig_post"]), ("share", ["share"]), ("both", ["share", "ig_post"])]
    )
    async def test_a_shared_post(self, world: World, form: str, types: list[str]) -> None:
        await world.api("PUT", "faults", {"sharesForm": form})
        post = (await world.posts())[0]
        body = {"accountId": world.account_id, "mediaId": post["id"]}
        await world.api("POST", f"customers/{await world.customer()}/shares", body)
        await world.product.next_event()
        told = [(each["type"], each["payload"]["ig_post_media_id"]) for each in item(world)["message"]["attachments"]]
        assert told == [(kind, post["id"]) for kind in types]


class TestReactions:
    async def test_react_and_take_back(self, world: World) -> None:
        igsid = await world.customer()
        _, mid = await opened(world, igsid)
        await world.api("POST", f"customers/{igsid}/reactions", {"mid": mid, "emoji": "❤️"})
        event = await world.product.next_event()
        assert (event.kind, event.action, event.mid, event.payload) == ("reaction", "react", mid, "❤️")
        assert item(world)["reaction"] == {"mid": mid, "action": "react", "reaction": "love", "emoji": "❤️"}
        view = await world.api("POST", f"customers/{igsid}/reactions", {"mid": mid, "emoji": None})
        assert view["customerReaction"] is None
        await world.product.next_event()
        assert item(world)["reaction"] == {"mid": mid, "action": "unreact"}

    async def test_open_no_window(self, world: World) -> None:
        igsid = await world.customer()
        _, mid = await opened(world, igsid)
        world.clock.advance(DAY + 1)
        await world.api("POST", f"customers/{igsid}/reactions", {"mid": mid, "emoji": "🔥"})
        assert (await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "x"}}))[1]["code"] == 10

    async def test_the_accounts_own_shows_and_has_no_echo(self, world: World) -> None:
        igsid = await world.customer()
        mine, _ = await opened(world, igsid)
        await world.client.react(world.account_id, world.token, igsid, mine, "😂")
        (first, _) = (await world.api("GET", f"threads/{world.account_id}/{igsid}"))["data"]
        assert first["reaction"] == "😂"
        unreact = {"recipient": {"id": igsid}, "sender_action": "unreact", "payload": {"message_id": mine}}
        assert (await world.raw_send(unreact)) == (200, {"recipient_id": igsid})
        (first, _) = (await world.api("GET", f"threads/{world.account_id}/{igsid}"))["data"]
        assert first["reaction"] is None
        await world.write(igsid, "next")
        assert (await world.product.next_event()).text == "next"


class TestChanges:
    async def test_unsend(self, world: World) -> None:
        igsid = await world.customer()
        mine, theirs = await opened(world, igsid)
        view = await world.api("POST", f"customers/{igsid}/unsends", {"mid": mine})
        assert (view["unsent"], view["text"]) == (True, "")
        event = await world.product.next_event()
        assert (event.kind, event.mid) == ("unsend", mine)
        assert item(world)["message"] == {"mid": mine, "is_deleted": True}
        for mid in (mine, theirs):
            assert await world.refused("POST", f"customers/{igsid}/unsends", {"mid": mid}) == 404

    async def test_edit_where_the_field_is_subscribed(self, world: World) -> None:
        await world.client.subscribe(world.account_id, world.token, [*FIELDS, "message_edit"])
        igsid = await world.customer()
        mine, _ = await opened(world, igsid)
        for number, text in enumerate(("one", "two"), 1):
            await world.api("POST", f"customers/{igsid}/edits", {"mid": mine, "text": text})
            event = await world.product.next_event()
            assert (event.kind, event.mid, event.text) == ("edit", mine, text)
            assert item(world)["message_edit"]["num_edit"] == number


class TestReferrals:
    async def test_a_link_into_a_conversation_is_an_event_and_opens_no_window(self, world: World) -> None:
        igsid = await world.customer()
        await opened(world, igsid)
        world.clock.advance(DAY + 1)
        await world.api("POST", f"customers/{igsid}/referrals", {"accountId": world.account_id, "ref": "summer"})
        event = await world.product.next_event()
        assert event.kind == "referral"
        assert item(world)["referral"] == {"ref": "summer", "source": "SHORTLINK", "type": "OPEN_THREAD"}
        assert (await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "x"}}))[1]["code"] == 10

    async def test_a_new_conversation_carries_it_in_its_first_message(self, world: World) -> None:
        igsid, body = await world.customer(), {"accountId": world.account_id, "ref": "summer"}
        assert await world.refused("POST", f"customers/{igsid}/referrals", body) == 422
        await world.api("POST", f"customers/{igsid}/referrals", {**body, "text": "hello"})
        event = await world.product.next_event()
        assert (event.kind, event.text, (event.referral or {})["ref"]) == ("message", "hello", "summer")

    async def test_an_ad_opens_a_week(self, world: World) -> None:
        igsid = await world.customer()
        body = {"accountId": world.account_id, "text": "hi", "ad": {"id": "77", "title": "Autumn"}}
        await world.api("POST", f"customers/{igsid}/referrals", body)
        referral = (await world.product.next_event()).referral or {}
        assert (referral["ad_id"], referral["source"], referral["ads_context_data"]) == (
            "77",
            "ADS",
            {"ad_title": "Autumn"},
        )
        world.clock.advance(7 * DAY - 1)
        send = {"recipient": {"id": igsid}, "message": {"text": "x"}}
        assert (await world.raw_send(send))[0] == 200
        world.clock.advance(2)
        assert (await world.raw_send(send))[0] == 403


class TestMessengerProfile:
    async def test_is_written_read_and_deleted(self, world: World) -> None:
        path = f"{world.account_id}/messenger_profile"
        assert (await world.graph("POST", path, json={"ice_breakers": BREAKERS})) == (200, {"result": "success"})
        assert (await world.graph("POST", "me/messenger_profile", json={"persistent_menu": MENU}))[0] == 200
        _, found = await world.graph("GET", path, params={"fields": "ice_breakers,persistent_menu"})
        assert found["data"] == [{"ice_breakers": BREAKERS, "persistent_menu": MENU}]
        shown = await world.api("GET", f"accounts/{world.account_id}/profile")
        assert shown["iceBreakers"] == [{"title": "Prices?", "payload": "ice:prices"}]
        assert [line["title"] for line in shown["menu"]] == ["Talk to us", "Site"]
        await world.graph("DELETE", path, params={"fields": "['persistent_menu']"})
        _, found = await world.graph("GET", path, params={"fields": "persistent_menu"})
        assert found["data"] == []

    @pytest.mark.parametrize(
        "bad",
        [
            {},
            {"ice_breakers": []},
            {"ice_breakers": [{"question": "q", "payload": "p"}] * 5},
            {"ice_breakers": [{"question": "q"}]},
            {"persistent_menu": [{"locale": "de_DE", "call_to_actions": MENU[0]["call_to_actions"]}]},
            {"persistent_menu": [{"locale": "default", "call_to_actions": [{"type": "web_url", "title": "x"}]}]},
        ],
    )
    async def test_nonsense_is_100(self, world: World, bad: dict[str, Any]) -> None:
        assert (await world.graph("POST", "me/messenger_profile", json=bad))[1]["code"] == 100

    async def test_a_tap_is_a_postback_that_opens_the_window(self, world: World) -> None:
        igsid = await world.customer()
        await world.graph("POST", "me/messenger_profile", json={"ice_breakers": BREAKERS, "persistent_menu": MENU})
        for payload, title in (("ice:prices", "Prices?"), ("menu:talk", "Talk to us")):
            body = {"accountId": world.account_id, "payload": payload}
            await world.api("POST", f"customers/{igsid}/menu-taps", body)
            event = await world.product.next_event()
            assert (event.kind, event.text, event.payload) == ("postback", title, payload)
        assert (await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "x"}}))[0] == 200
        assert (await world.graph("GET", igsid))[0] == 200


class TestOwnersPhone:
    async def test_is_told_as_an_echo_without_app_id(self, world: World) -> None:
        igsid = await world.customer()
        body = {"igsid": igsid, "text": "I take over"}
        sent = await world.api("POST", f"accounts/{world.account_id}/messages", body)
        event = await world.product.next_event()
        assert (event.kind, event.mid, event.text, event.contact_igsid) == ("echo", sent["mid"], "I take over", igsid)
        assert "app_id" not in item(world)["message"]
        assert sent["via"] == "phone"

    async def test_takes_a_message_back(self, world: World) -> None:
        igsid = await world.customer()
        mine, theirs = await opened(world, igsid)
        await world.api("POST", f"accounts/{world.account_id}/unsends", {"mid": theirs})
        event = await world.product.next_event()
        assert (event.kind, event.mid) == ("unsend", theirs)
        assert item(world)["message"] == {"mid": theirs, "is_echo": True, "is_deleted": True}
        assert await world.refused("POST", f"accounts/{world.account_id}/unsends", {"mid": mine}) == 404


async def opened(world: World, igsid: str) -> tuple[str, str]:
    """The mids of the customer's message and of the account's answer, both told."""
    mine = await world.write(igsid, "hello")
    _, sent = await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "hi"}})
    for _ in range(2):
        await world.product.next_event()
    return mine["mid"], sent["message_id"]
