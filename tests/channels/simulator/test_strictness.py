"""Switches, limits and states under which Meta refuses a call, and the envelopes it does so in."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from instantchat.channels.instagram.answers import NoProfile, Profile, Rejected, Unsent
from instantchat.channels.instagram.errors import RefusalKind
from tests.channels.simulator.world import META, World

DAY = 86400


def text_to(igsid: str) -> dict[str, Any]:
    """A send."""
    return {"recipient": {"id": igsid}, "message": {"text": "x"}}


async def opened(world: World) -> dict[str, Any]:
    """A send that is taken."""
    igsid = await world.customer()
    await world.write(igsid, "hello")
    await world.product.next_event()
    return text_to(igsid)


class TestHumanAgent:
    async def test_seven_days_from_the_last_message(self, world: World) -> None:
        send = {**await opened(world), "tag": "HUMAN_AGENT"}
        world.clock.advance(7 * DAY - 1)
        assert (await world.raw_send(send))[0] == 200
        world.clock.advance(2)
        assert (await world.raw_send(send))[1]["error_subcode"] == 2534022

    async def test_without_the_feature(self, world: World) -> None:
        await world.api("PUT", "faults", {"humanAgent": False})
        status, error = await world.raw_send({**await opened(world), "tag": "HUMAN_AGENT"})
        assert (status, error["type"]) == (403, "IGApiException")
        assert error["message"].startswith("To use 'Human Agent', your use of this endpoint must be reviewed")

    @pytest.mark.parametrize("wrong", [{"tag": "ACCOUNT_UPDATE"}, {"messaging_type": "PROMOTION"}])
    async def test_nothing_else(self, world: World, wrong: dict[str, str]) -> None:
        assert (await world.raw_send({**await opened(world), **wrong}))[1]["code"] == 100


class TestPeople:
    async def test_who_blocked_the_account(self, world: World) -> None:
        send = await opened(world)
        igsid = send["recipient"]["id"]
        path = f"customers/{igsid}/relations/{world.account_id}"
        assert (await world.api("PUT", path, {"blocks": True}))["blocks"] is True
        status, error = await world.raw_send(send)
        assert (status, error["code"], error["error_subcode"]) == (400, 551, 1545041)
        assert isinstance(await world.client.profile(igsid, world.token), NoProfile)
        body = {"accountId": world.account_id, "text": "x"}
        assert await world.refused("POST", f"customers/{igsid}/messages", body) == 409
        await world.api("PUT", path, {"blocks": False})
        assert (await world.raw_send(send))[0] == 200

    async def test_who_does_not_follow(self, world: World) -> None:
        igsid = (await opened(world))["recipient"]["id"]
        await world.api("PUT", f"customers/{igsid}/relations/{world.account_id}", {"follows": False})
        profile = await world.client.profile(igsid, world.token)
        assert isinstance(profile, Profile)
        assert profile.is_follower is False

    async def test_who_is_anonymous(self, world: World) -> None:
        igsid = (await opened(world))["recipient"]["id"]
        await world.api("PUT", f"customers/{igsid}/relations/{world.account_id}", {"isHidden": True})
        assert (await world.graph("GET", igsid))[1]["code"] == 9010


class TestSwitches:
    async def test_the_owner_forbids_access_to_messages(self, world: World) -> None:
        send = await opened(world)
        await world.api("PATCH", f"accounts/{world.account_id}", {"allowsMessages": False})
        status, error = await world.raw_send(send)
        assert (status, error["code"], error["error_subcode"], error["type"]) == (403, 200, 2534041, "OAuthException")
        status, error = await world.graph("GET", "me/conversations")
        assert (status, error["error_subcode"]) == (403, 2534041)
        await world.write(send["recipient"]["id"], "unheard")
        await world.comment(send["recipient"]["id"], "heard")
        assert (await world.product.next_event()).text == "heard"

    async def test_an_app_that_is_not_live_hears_nothing(self, world: World) -> None:
        send = await opened(world)
        await world.api("PUT", "faults", {"appLive": False})
        assert (await world.raw_send(send))[1]["error_subcode"] == 2018028
        await world.write(send["recipient"]["id"], "unheard")
        await world.api("PUT", "faults", {"appLive": True})
        await world.write(send["recipient"]["id"], "heard")
        assert (await world.product.next_event()).text == "heard"

    async def test_who_is_no_tester_of_it(self, world: World) -> None:
        await world.api("PUT", "faults", {"appLive": False})
        assert (await world.graph("GET", "me"))[0] == 200
        await world.api("PATCH", f"accounts/{world.account_id}", {"isTester": False})
        _, error = await world.graph("GET", "me")
        assert (error["code"], error["type"]) == (100, "IGApiException")
        assert error["message"] == "Unsupported request - method type: get"

    async def test_envelopes_of_the_docs(self, unconnected: World) -> None:
        await unconnected.api("PUT", "faults", {"envelopes": "data"})
        await unconnected.connect()
        assert unconnected.account_id.startswith("17841")
        assert list((await unconnected.graph("GET", "me"))[1]) == ["data"]

    async def test_an_unknown_webhook_field(self, world: World) -> None:
        query = {"subscribed_fields": "messages,message_reads"}
        assert (await world.graph("POST", "me/subscribed_apps", params=query))[1]["code"] == 100

    @pytest.mark.parametrize(("subcode", "word"), [("460", "password"), ("458", "authorized")])
    async def test_revoked_tokens_say_why(self, world: World, subcode: str, word: str) -> None:
        await world.api("POST", f"accounts/{world.account_id}/revoke?subcode={subcode}")
        status, error = await world.graph("GET", "me")
        assert (status, error["code"], error["error_subcode"], error["type"]) == (
            400,
            190,
            int(subcode),
            "OAuthException",
        )
        assert word in error["message"]


class TestEnvelope:
    async def test_is_translated_and_ascii_when_told_so(self, world: World) -> None:
        await world.api("PUT", "faults", {"translated": True, "failNext": {"code": 2, "status": 500}})
        send = await opened(world)
        headers = {"Authorization": f"Bearer {world.token.reveal()}"}
        answer = await world.http.post(f"{META}/v25.0/me/messages", json=send, headers=headers)
        assert b"Aktion nicht m\\u00f6glich" in answer.content
        error = answer.json()["error"]
        assert (error["is_transient"], error["code"]) == (True, 2)
        assert error["fbtrace_id"]


class TestLimits:
    async def test_texts_a_second(self, world: World) -> None:
        send = await opened(world)
        assert {(await world.raw_send(send))[0] for _ in range(100)} == {200}
        status, error = await world.raw_send(send)
        assert (status, error["code"], error["error_subcode"]) == (400, 613, 2534040)
        world.clock.advance(1)
        assert (await world.raw_send(send))[0] == 200

    async def test_the_products_client_takes_it_for_a_throttle(self, world: World) -> None:
        await world.api("PUT", "faults", {"textPerSecond": 1})
        send = await opened(world)
        await world.client.send(world.account_id, world.token, send)
        assert isinstance(await world.client.send(world.account_id, world.token, send), Unsent)

    async def test_audio_and_video_a_second(self, world: World) -> None:
        send = await opened(world)
        send["message"] = {"attachment": {"type": "video", "payload": {"url": "https://example.com/v.mp4"}}}
        assert [(await world.raw_send(send))[0] for _ in range(11)] == [200] * 10 + [400]

    async def test_conversations_a_second(self, world: World) -> None:
        await opened(world)
        found = [await world.graph("GET", "me/conversations?platform=instagram") for _ in range(3)]
        assert [status for status, _ in found] == [200, 200, 400]
        assert found[2][1]["code"] == 613

    async def test_sends_to_one_person_a_second(self, world: World) -> None:
        await world.api("PUT", "faults", {"threadPerSecond": 1})
        one, other = await world.customer(), await world.customer_named("other.one")
        for igsid in (one, other):
            await world.write(igsid, "hi")
        answers = [await world.raw_send(text_to(igsid)) for igsid in (one, other, one)]
        assert [status for status, _answer in answers] == [200, 200, 400]
        assert (answers[2][1]["code"], answers[2][1]["error_subcode"]) == (613, 2534040)

    async def test_calls_of_the_app_an_hour(self, world: World) -> None:
        await world.api("POST", "clock", {"advance": 3600})  # what connecting took does not count
        await world.api("PUT", "faults", {"callsPerHour": 2})
        answers = [await world.graph("GET", "me") for _ in range(3)]
        assert [status for status, _answer in answers] == [200, 200, 400]
        assert answers[2][1]["code"] == 4
        await world.api("POST", "clock", {"advance": 3600})
        assert (await world.graph("GET", "me"))[0] == 200

    async def test_calls_of_the_business_a_day_do_not_count_sends(self, world: World) -> None:
        await world.api("POST", "clock", {"advance": DAY})  # what connecting took does not count
        await world.api("PUT", "faults", {"businessCallsPerDay": 1})
        igsid = await world.customer()
        await world.write(igsid, "hi")
        assert [(await world.raw_send(text_to(igsid)))[0] for _ in range(2)] == [200, 200]
        assert (await world.graph("GET", "me"))[0] == 200
        headers = {"Authorization": f"Bearer {world.token.reveal()}"}
        refused = await world.http.get(f"{META}/v25.0/me", headers=headers)
        assert refused.json()["error"]["code"] == 80002
        usage = json.loads(refused.headers["X-Business-Use-Case-Usage"])[world.account_id][0]
        assert usage["call_count"] >= 100
        assert 0 < usage["estimated_time_to_regain_access"] <= 24 * 60

    async def test_an_overloaded_inbox_sends_nothing(self, world: World) -> None:
        igsid = await world.customer()
        await world.write(igsid, "hi")
        await world.api("PUT", "faults", {"inboxOverload": True})
        status, error = await world.raw_send(text_to(igsid))
        assert (status, error["code"], error["error_subcode"]) == (400, 613, 1996)
        assert "72,000" in error["message"]
        comment = await world.comment(igsid, "PRICE")
        private = {"recipient": {"comment_id": comment["id"]}, "message": {"text": "x"}}
        assert (await world.raw_send(private))[1]["code"] == 613
        await world.api("PUT", "faults", {"inboxOverload": False})
        assert (await world.raw_send(text_to(igsid)))[0] == 200

    async def test_usage_is_in_the_headers(self, world: World) -> None:
        await world.api("PUT", "faults", {"textPerSecond": 4})
        send = await opened(world)
        headers = {"Authorization": f"Bearer {world.token.reveal()}"}
        answer = await world.http.post(f"{META}/v25.0/me/messages", json=send, headers=headers)
        assert '"call_count": 25' in answer.headers["X-App-Usage"]
        assert world.account_id in answer.headers["X-Business-Use-Case-Usage"]


class TestMedia:
    @pytest.mark.parametrize(
        ("kind", "name", "subcode", "sentence"),
        [
            ("image", "missing", 2018008, "Instagram could not fetch the media address."),
            ("image", "audio", 2018047, "The media is of another type than stated."),
            ("image", "big", 2018109, "The media is too big."),
        ],
    )
    async def test_is_fetched_when_told_so(
        self, world: World, kind: str, name: str, subcode: int, sentence: str
    ) -> None:
        def serve(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/missing":
                return httpx.Response(404)
            media_type = "audio/wav" if request.url.path == "/audio" else "image/png"
            size = 8_000_001 if request.url.path == "/big" else 10
            return httpx.Response(200, content=b"x" * size, headers={"Content-Type": media_type})

        await world.api("PUT", "faults", {"fetchMedia": True})
        send = await opened(world)
        world.simulator.http = httpx.AsyncClient(transport=httpx.MockTransport(serve))
        send["message"] = {"attachment": {"type": kind, "payload": {"url": f"https://media.example/{name}"}}}
        assert (await world.raw_send(send))[1]["error_subcode"] == subcode
        outcome = await world.client.send(world.account_id, world.token, send)
        assert isinstance(outcome, Rejected)
        assert (outcome.refusal.kind, outcome.refusal.sentence) == (RefusalKind.CONTENT, sentence)
        send["message"] = {"attachment": {"type": kind, "payload": {"url": "https://media.example/good"}}}
        assert (await world.raw_send(send))[0] == 200

    async def test_is_uploaded_once_and_sent_by_its_id(self, world: World) -> None:
        send = await opened(world)
        image = {"type": "image", "payload": {"url": "https://example.com/a.png", "is_reusable": True}}
        _, made = await world.graph("POST", "me/message_attachments", json={"message": {"attachment": image}})
        by_id = {"type": "image", "payload": {"attachment_id": made["attachment_id"]}}
        assert (await world.raw_send({**send, "message": {"attachment": by_id}}))[0] == 200
        (attachment,) = (await world.product.next_event()).attachments
        shown = await world.http.get(attachment["url"].removeprefix("http://localhost:8000"))
        assert shown.headers["location"] == "https://example.com/a.png"
        unknown = {"type": "image", "payload": {"attachment_id": "1"}}
        status, error = await world.raw_send({**send, "message": {"attachment": unknown}})
        assert (status, error["error_subcode"]) == (400, 2018074)

    async def test_only_own_posts_can_be_sent(self, world: World) -> None:
        send = await opened(world)
        own = {"type": "MEDIA_SHARE", "payload": {"id": (await world.posts())[0]["id"]}}
        assert (await world.raw_send({**send, "message": {"attachment": own}}))[0] == 200
        foreign = {"type": "MEDIA_SHARE", "payload": {"id": "18000000000000000"}}
        assert (await world.raw_send({**send, "message": {"attachment": foreign}}))[1]["code"] == 100

    async def test_several_images_but_nothing_else(self, world: World) -> None:
        send, image = await opened(world), {"type": "image", "payload": {"url": "https://example.com/a.png"}}
        assert (await world.raw_send({**send, "message": {"attachments": [image] * 10}}))[0] == 200
        for wrong in ([image] * 11, [image, {"type": "like_heart"}]):
            assert (await world.raw_send({**send, "message": {"attachments": wrong}}))[1]["code"] == 100


class TestConversations:
    async def test_lists_and_reads(self, world: World) -> None:
        send = await opened(world)
        igsid = send["recipient"]["id"]
        await world.raw_send(send)
        query = {"platform": "instagram", "user_id": igsid, "fields": "participants"}
        _, found = await world.graph("GET", f"{world.account_id}/conversations", params=query)
        (conversation,) = found["data"]
        assert [side["username"] for side in conversation["participants"]["data"]] == ["sunny.bakery", "tom.becker"]
        world.clock.advance(1)
        fields = "messages{id,created_time,from,to,message}"
        _, read = await world.graph("GET", conversation["id"], params={"fields": fields})
        texts = [(each["from"]["username"], each["message"]) for each in read["messages"]["data"]]
        assert texts == [("sunny.bakery", "x"), ("tom.becker", "hello")]
        world.clock.advance(1)
        mid = read["messages"]["data"][1]["id"]
        _, message = await world.graph("GET", mid, params={"fields": "id,message,from"})
        assert (message["message"], message["from"]["id"]) == ("hello", igsid)

    async def test_pages_lead_on_until_the_last(self, world: World) -> None:
        for customer in (await world.api("GET", "customers"))["data"]:
            await world.write(customer["igsid"], "hello")
            world.clock.advance(1)
        _, first = await world.graph("GET", "me/conversations?platform=instagram&limit=1")
        after = first["paging"]["cursors"]["after"]
        assert first["paging"]["next"]
        _, last = await world.graph("GET", f"me/conversations?platform=instagram&limit=1&after={after}")
        assert len({found["data"][0]["id"] for found in (first, last)}) == 2
        assert "next" not in last["paging"]

    async def test_media_is_told_by_its_kind(self, world: World) -> None:
        igsid = await world.customer()
        body = {"accountId": world.account_id, "attachments": [{"type": "image"}, {"type": "video"}, {"type": "file"}]}
        written = await world.api("POST", f"customers/{igsid}/messages", body)
        _, found = await world.graph("GET", written["mid"])
        assert [next(iter(each)) for each in found["attachments"]["data"]] == ["image_data", "video_data", "file_url"]

    async def test_usage_of_sends_is_not_that_of_reading(self, world: World) -> None:
        headers = {"Authorization": f"Bearer {world.token.reveal()}"}
        answer = await world.http.get(f"{META}/v25.0/me/conversations", headers=headers)
        assert '"call_count": 0' in answer.headers["X-App-Usage"]

    async def test_an_unsent_message_is_gone(self, world: World) -> None:
        igsid = await world.customer()
        mine = await world.write(igsid, "oops")
        await world.api("POST", f"customers/{igsid}/unsends", {"mid": mine["mid"]})
        assert (await world.graph("GET", mine["mid"]))[1]["code"] == 9000001
