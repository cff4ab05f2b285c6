"""Comments: what the product is told, what its client may do with them, and the ledger of private replies."""

from __future__ import annotations

from typing import Any

import pytest

from instantchat.channels.instagram import comments
from instantchat.channels.instagram.answers import Rejected, Sent
from instantchat.channels.instagram.errors import MetaRefused
from instantchat.channels.instagram.messages import Button, Outgoing, bodies
from tests.channels.simulator.world import World

DAY = 86400


async def reply(world: World, comment_id: str, message: object = None) -> tuple[int, dict[str, Any]]:
    """A private reply: (status, error or answer)."""
    return await world.raw_send({"recipient": {"comment_id": comment_id}, "message": message or {"text": "Hi!"}})


class TestWebhook:
    async def test_a_comment_is_told_as_a_change(self, world: World) -> None:
        igsid = await world.customer()
        comment = await world.comment(igsid, "PRICE?")
        event = await world.product.next_event()
        assert (event.kind, event.text, event.contact_igsid, event.direction) == ("comment", "PRICE?", igsid, "in")
        entry = world.body()["entry"][0]
        assert entry["id"] == world.account_id
        assert entry["time"] == int(world.clock.now().timestamp())
        assert entry["changes"] == [
            {
                "field": "comments",
                "value": {
                    "from": {"id": igsid, "username": "tom.becker"},
                    "media": {"id": comment["mediaId"], "media_product_type": "FEED"},
                    "id": comment["id"],
                    "text": "PRICE?",
                },
            }
        ]

    async def test_an_answer_names_the_first_comment(self, world: World) -> None:
        igsid = await world.customer()
        first = await world.comment(igsid, "one")
        second = await world.comment(igsid, "two", first["id"])
        third = await world.comment(igsid, "three", second["id"])
        events = [await world.product.next_event() for _ in range(3)]
        assert [(event.comment or {})["parentId"] for event in events] == [None, first["id"], first["id"]]
        assert third["parentId"] == first["id"]

    async def test_the_flat_form(self, world: World) -> None:
        await world.api("PUT", "faults", {"commentsForm": "flat"})
        await world.comment(await world.customer(), "flat")
        assert (await world.product.next_event()).text == "flat"
        entry = world.body()["entry"][0]
        assert "changes" not in entry
        assert (entry["field"], entry["value"]["text"]) == ("comments", "flat")

    async def test_the_form_with_comment_id(self, world: World) -> None:
        await world.api("PUT", "faults", {"commentsForm": "comment_id"})
        comment = await world.comment(await world.customer(), "x")
        await world.product.next_event()
        value = world.body()["entry"][0]["changes"][0]["value"]
        assert value["comment_id"] == comment["id"]
        assert "id" not in value

    async def test_the_owners_own_comes_back(self, world: World) -> None:
        media_id = (await world.posts())[0]["id"]
        await world.api("POST", f"accounts/{world.account_id}/comments", {"mediaId": media_id, "text": "Thanks all"})
        event = await world.product.next_event()
        assert (event.kind, event.direction, event.contact_igsid) == ("comment", "echo", None)
        writer = world.body()["entry"][0]["changes"][0]["value"]["from"]
        assert writer["id"] == world.account_id
        assert writer["self_ig_scoped_id"]

    async def test_on_an_ad_names_the_ad(self, world: World) -> None:
        wanted = {"kind": "AD", "caption": "Buy", "adTitle": "Autumn"}
        ad = await world.api("POST", f"accounts/{world.account_id}/posts", wanted)
        await world.api("POST", f"customers/{await world.customer()}/comments", {"mediaId": ad["id"], "text": "x"})
        await world.product.next_event()
        media = world.body()["entry"][0]["changes"][0]["value"]["media"]
        assert (media["media_product_type"], media["ad_title"]) == ("AD", "Autumn")

    async def test_on_a_boosted_post_comes_twice(self, world: World) -> None:
        igsid, media_id = await world.customer(), (await world.posts())[0]["id"]
        wanted = {"mediaId": media_id, "text": "x", "isBoosted": True}
        comment = await world.api("POST", f"customers/{igsid}/comments", wanted)
        organic, ad = await world.product.next_event(), await world.product.next_event()
        assert organic.natural_key == ad.natural_key
        values = [world.body(number)["entry"][0]["changes"][0]["value"] for number in (0, 1)]
        assert [value["id"] for value in values] == [comment["id"]] * 2
        assert [value["media"]["media_product_type"] for value in values] == ["FEED", "AD"]
        assert values[1]["media"]["original_media_id"] == media_id != values[1]["media"]["id"]
        assert values[1]["media"]["ad_id"]

    async def test_under_a_live_video_until_it_ends(self, world: World) -> None:
        live = await world.api("POST", f"accounts/{world.account_id}/posts", {"kind": "LIVE"})
        igsid, wanted = await world.customer(), {"mediaId": live["id"], "text": "first"}
        comment = await world.api("POST", f"customers/{igsid}/comments", wanted)
        assert (await world.product.next_event()).kind == "live_comment"
        await world.api("POST", f"posts/{live['id']}/end")
        assert await world.refused("POST", f"customers/{igsid}/comments", wanted) == 409
        assert (await reply(world, comment["id"]))[1]["error_subcode"] == 2534025

    async def test_only_who_subscribed_hears_of_them(self, world: World) -> None:
        await world.graph("POST", "me/subscribed_apps", params={"subscribed_fields": "messages"})
        igsid = await world.customer()
        await world.comment(igsid, "unheard")
        await world.write(igsid, "heard")
        assert (await world.product.next_event()).text == "heard"


class TestPublicReply:
    async def test_is_shown_and_comes_back_as_an_own_comment(self, world: World) -> None:
        comment = await world.comment(await world.customer(), "PRICE?")
        await world.product.next_event()
        sent = await world.client.reply_to_comment(comment["id"], world.token, "Sent you a message!")
        assert isinstance(sent, Sent)
        event = await world.product.next_event()
        assert (event.direction, event.text) == ("echo", "Sent you a message!")
        assert event.comment is not None
        assert (event.comment["id"], event.comment["parentId"]) == (sent.mid, comment["id"])
        shown = (await world.api("GET", f"posts/{comment['mediaId']}/comments"))["data"]
        assert [(each["text"], each["isOwn"]) for each in shown] == [("PRICE?", False), ("Sent you a message!", True)]

    async def test_not_on_a_hidden_or_unknown_comment(self, world: World) -> None:
        comment = await world.comment(await world.customer(), "spam")
        assert await world.graph("POST", f"{comment['id']}?hide=true") == (200, {"success": True})
        for comment_id in (comment["id"], "17900000000000000"):
            assert isinstance(await world.client.reply_to_comment(comment_id, world.token, "x"), Rejected)


class TestModeration:
    async def test_hides_shows_and_deletes(self, world: World) -> None:
        comment = await world.comment(await world.customer(), "spam")
        path = comment["id"]
        await comments.hide(world.client, path, world.token)
        assert (await world.graph("GET", path, params={"fields": "hidden,text"}))[1] == {
            "hidden": True,
            "text": "spam",
            "id": path,
        }
        await comments.hide(world.client, path, world.token, hidden=False)
        assert (await world.graph("GET", path, params={"fields": "hidden"}))[1]["hidden"] is False
        await comments.delete(world.client, path, world.token)
        with pytest.raises(MetaRefused) as refusal:
            await comments.delete(world.client, path, world.token)
        assert refusal.value.code == "meta_100_33"

    async def test_the_owners_cannot_be_hidden(self, world: World) -> None:
        comment = await world.comment(await world.customer(), "x")
        _, own = await world.graph("POST", f"{comment['id']}/replies", data={"message": "y"})
        with pytest.raises(MetaRefused) as refusal:
            await comments.hide(world.client, own["id"], world.token)
        assert refusal.value.code == "meta_100"

    async def test_lists_by_cursor_newest_first(self, world: World) -> None:
        igsid = await world.customer()
        for number in range(5):
            comment = await world.comment(igsid, str(number))
        query = {"fields": "text,from", "limit": "3"}
        _, first = await world.graph("GET", f"{comment['mediaId']}/comments", params=query)
        assert [each["text"] for each in first["data"]] == ["4", "3", "2"]
        assert first["data"][0]["from"] == {"id": igsid, "username": "tom.becker"}
        query["after"] = first["paging"]["cursors"]["after"]
        _, second = await world.graph("GET", f"{comment['mediaId']}/comments", params=query)
        assert [each["text"] for each in second["data"]] == ["1", "0"]
        assert "paging" not in second

    async def test_another_accounts_are_not_there(self, world: World) -> None:
        accounts = (await world.api("GET", "accounts"))["data"]
        other = next(account["id"] for account in accounts if account["id"] != world.account_id)
        media_id = (await world.api("GET", f"accounts/{other}/posts"))["data"][-1]["id"]
        wanted = {"mediaId": media_id, "text": "x"}
        comment = await world.api("POST", f"customers/{await world.customer()}/comments", wanted)
        assert (await world.graph("POST", f"{comment['id']}/replies", data={"message": "y"}))[1]["error_subcode"] == 33
        assert (await world.graph("GET", f"{media_id}/comments"))[1]["error_subcode"] == 33
        assert (await reply(world, comment["id"]))[1]["error_subcode"] == 2534025

    async def test_a_customer_deletes_only_their_own(self, world: World) -> None:
        first, second = [customer["igsid"] for customer in (await world.api("GET", "customers"))["data"]]
        comment = await world.comment(first, "x")
        assert await world.refused("DELETE", f"customers/{second}/comments/{comment['id']}", {}) == 404
        await world.api("DELETE", f"customers/{first}/comments/{comment['id']}")
        assert (await world.api("GET", f"posts/{comment['mediaId']}/comments"))["data"] == []


class TestPrivateReply:
    async def test_lands_in_the_thread_with_its_comment(self, world: World) -> None:
        igsid = await world.customer()
        comment = await world.comment(igsid, "PRICE?")
        (body,) = bodies(Outgoing("Here is the list"), comment_id=comment["id"])
        sent = await world.client.send(world.account_id, world.token, body)
        assert isinstance(sent, Sent)
        (message,) = (await world.api("GET", f"threads/{world.account_id}/{igsid}"))["data"]
        link = {"id": comment["id"], "mediaId": comment["mediaId"], "text": "PRICE?"}
        assert (message["mid"], message["text"], message["comment"]) == (sent.mid, "Here is the list", link)
        events = [await world.product.next_event() for _ in range(2)]
        assert {(event.kind, event.mid) for event in events} == {("comment", None), ("echo", sent.mid)}

    async def test_one_a_comment(self, world: World) -> None:
        comment = await world.comment(await world.customer(), "x")
        assert (await reply(world, comment["id"]))[0] == 200
        status, error = await reply(world, comment["id"])
        assert (status, error["code"], error["error_subcode"]) == (400, 100, 2534025)
        assert error["message"] == "The comment is invalid for a private reply"

    async def test_within_seven_days(self, world: World) -> None:
        igsid = await world.customer()
        late, later = await world.comment(igsid, "x"), await world.comment(igsid, "y")
        world.clock.advance(7 * DAY - 1)
        assert (await reply(world, late["id"]))[0] == 200
        world.clock.advance(2)
        assert (await reply(world, later["id"]))[1]["error_subcode"] == 2534025

    async def test_an_unknown_comment(self, world: World) -> None:
        assert (await reply(world, "17900000000000000"))[1]["error_subcode"] == 2534025

    async def test_opens_no_window_and_no_profile(self, world: World) -> None:
        igsid = await world.customer()
        comment = await world.comment(igsid, "x")
        await reply(world, comment["id"])
        status, error = await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "more"}})
        assert (status, error["code"], error["error_subcode"]) == (403, 10, 2534022)
        assert (await world.graph("GET", igsid))[1]["code"] == 230
        await world.write(igsid, "yes please")
        assert (await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "more"}}))[0] == 200

    @pytest.mark.parametrize(("is_consent", "status"), [(True, 200), (False, 403)])
    async def test_a_tap_on_its_button_opens_the_window(self, world: World, is_consent: bool, status: int) -> None:
        await world.api("PUT", "faults", {"tapIsConsent": is_consent})
        igsid = await world.customer()
        comment = await world.comment(igsid, "x")
        (body,) = bodies(Outgoing("Want it?", buttons=[Button("Yes", "y")]), comment_id=comment["id"])
        _, sent = await world.raw_send(body)
        await world.api("POST", f"customers/{igsid}/taps", {"mid": sent["message_id"], "payload": "y"})
        assert (await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "Here"}}))[0] == 200
        assert (await world.graph("GET", igsid))[0] == status

    async def test_not_to_who_blocked_the_account(self, world: World) -> None:
        igsid = await world.customer()
        comment = await world.comment(igsid, "x")
        await world.api("PUT", f"customers/{igsid}/relations/{world.account_id}", {"blocks": True})
        assert (await reply(world, comment["id"]))[1]["error_subcode"] == 1545041

    async def test_a_failed_one_may_be_tried_again(self, world: World) -> None:
        comment = await world.comment(await world.customer(), "x")
        await world.api("PUT", "faults", {"failNext": {"code": 2, "status": 500}})
        assert (await reply(world, comment["id"]))[1]["code"] == 2
        assert (await reply(world, comment["id"]))[0] == 200

    @pytest.mark.parametrize("how", ["failure", "template"])
    async def test_a_failed_one_burns_the_comment_when_told_so(self, world: World, how: str) -> None:
        comment = await world.comment(await world.customer(), "x")
        wanted: dict[str, Any] = {"burnPrivateReplies": True, "plainPrivateReplies": True}
        if how == "failure":
            wanted["failNext"] = {"code": 2, "status": 500}
        await world.api("PUT", "faults", wanted)
        chips = {"text": "x", "quick_replies": [{"content_type": "text", "title": "a", "payload": "a"}]}
        assert (await reply(world, comment["id"], chips))[0] in (400, 500)
        assert (await reply(world, comment["id"]))[1]["error_subcode"] == 2534025

    async def test_so_many_an_hour(self, world: World) -> None:
        await world.api("PUT", "faults", {"privateRepliesPerHour": 2})
        igsid = await world.customer()
        ids = [(await world.comment(igsid, str(number)))["id"] for number in range(3)]
        assert [(await reply(world, comment_id))[0] for comment_id in ids[:2]] == [200, 200]
        assert (await reply(world, ids[2]))[1]["code"] == 613
        world.clock.advance(3600)
        assert (await reply(world, ids[2]))[0] == 200
