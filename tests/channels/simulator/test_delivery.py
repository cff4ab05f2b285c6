"""Webhooks from the simulator over real HTTP: form, order, retries, restarts; and the customer's acts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from instantchat.channels.instagram.messages import Button, Card, Outgoing, QuickReply, bodies
from instantchat.channels.simulator.pages import STATIC
from instantchat.kit.crypto import hmac_hex
from tests.channels.simulator.world import APP_SECRET, World, a_world


class TestForm:
    async def test_body_and_headers_are_as_metas(self, world: World) -> None:
        await world.write(await world.customer(), "ünï/😀")
        await world.product.next_event()
        body, headers = world.product.bodies[0], world.product.headers[0]
        assert body.isascii()
        assert b"\\u00fcn\\u00ef\\/\\ud83d\\ude00" in body
        assert b": " not in body
        assert headers["User-Agent"] == "facebookexternalua"
        assert headers["Facebook-API-Version"] == "v25.0"
        assert headers["X-Hub-Signature"] == "sha1=" + hmac_hex("app-secret", body, "sha1")
        assert headers["X-Hub-Signature-256"] == "sha256=" + hmac_hex(APP_SECRET.reveal(), body)
        entry = json.loads(body)["entry"][0]
        assert entry["id"] == world.account_id
        assert entry["messaging"][0]["timestamp"] == int(world.clock.now().timestamp() * 1000)

    async def test_a_conversation_arrives_in_order(self, world: World) -> None:
        igsid = await world.customer()
        for number in range(20):
            await world.write(igsid, str(number))
        assert [(await world.product.next_event()).text for _ in range(20)] == [str(number) for number in range(20)]


class TestRetries:
    async def test_at_once_then_when_it_is_time(self, world: World) -> None:
        world.product.answers = [500, 401, 200]
        await world.write(await world.customer(), "again")
        assert (await world.next_delivery(attempts=1))["status"] == 500
        assert (await world.next_delivery(attempts=2))["status"] == 401
        world.clock.advance(5)
        world.simulator.dispatcher.wake()
        assert (await world.product.next_event()).text == "again"

    async def test_the_log_says_what_was_answered(self, world: World) -> None:
        world.product.answers = [401] * 2
        await world.write(await world.customer(), "x")
        told = await world.next_delivery(attempts=2)
        assert (told["kind"], told["state"], told["status"], told["error"]) == ("message", "pending", 401, "refused")
        assert (await world.api("GET", "deliveries"))["data"] == [told]

    async def test_retry_now_delivers_at_once(self, world: World) -> None:
        world.product.answers = [500, 500]
        await world.write(await world.customer(), "x")
        await world.next_delivery(attempts=2)
        await world.api("POST", "deliveries/retry")
        assert (await world.product.next_event()).text == "x"

    async def test_at_once_then_ever_more_seldom_for_36_hours(self, world: World) -> None:
        world.product.answers = [500] * 60
        await world.write(await world.customer(), "x")
        await world.next_delivery(attempts=2)
        for tried, pause in enumerate((1, 5, 15, 60, 300, 900), start=2):
            await world.api("POST", "clock", {"advance": pause - 1})
            await world.write(await world.customer_named(f"other.{pause}"), "x")
            await world.next_delivery(attempts=1)  # so the queue was looked at
            assert (await world.api("GET", "deliveries"))["data"][-1]["attempts"] == tried
            await world.api("POST", "clock", {"advance": 1})
            await world.next_delivery(attempts=tried + 1, id=1)

    async def test_gives_up_after_36_hours(self, world: World) -> None:
        world.product.answers = [500, 500, 500]
        await world.write(await world.customer(), "x")
        await world.next_delivery(attempts=2)
        world.clock.advance(37 * 3600)
        world.simulator.dispatcher.wake()
        assert (await world.next_delivery(attempts=3))["state"] == "dropped"

    async def test_a_failing_one_does_not_hold_up_others(self, world: World) -> None:
        world.product.answers = [500, 500]
        first, second = [customer["igsid"] for customer in (await world.api("GET", "customers"))["data"]]
        await world.write(first, "stuck")
        await world.next_delivery(attempts=2)
        await world.write(second, "free")
        assert (await world.product.next_event()).text == "free"

    async def test_a_restart_goes_on(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            world.product.answers = [500, 500]
            igsid = await world.customer()
            await world.write(igsid, "kept")
            await world.next_delivery(attempts=2)
            account_id, token = world.account_id, world.token
        async with a_world(tmp_path, connected=False) as world:
            world.clock.advance(60)
            world.simulator.dispatcher.wake()
            assert (await world.product.next_event()).text == "kept"
            thread = (await world.api("GET", f"threads/{account_id}/{igsid}"))["data"]
            assert [message["text"] for message in thread] == ["kept"]
            assert (await world.client.me(token)).ig_user_id == account_id


class TestCustomer:
    async def test_taps_a_quick_reply(self, world: World) -> None:
        igsid = await world.customer()
        await world.write(igsid, "hi")
        (body,) = bodies(Outgoing("?", quick_replies=[QuickReply("Yes", "pay:yes")]), igsid=igsid)
        _, sent = await world.raw_send(body)
        tapped = await world.api("POST", f"customers/{igsid}/taps", {"mid": sent["message_id"], "payload": "pay:yes"})
        assert tapped == {"kind": "quick_reply", "title": "Yes"}
        events = [await world.product.next_event() for _ in range(3)]
        assert [(event.kind, event.text, event.payload) for event in events] == [
            ("message", "hi", None),
            ("echo", "?", None),
            ("message", "Yes", "pay:yes"),
        ]

    async def test_taps_a_button(self, world: World) -> None:
        igsid = await world.customer()
        await world.write(igsid, "hi")
        (body,) = bodies(Outgoing("?", buttons=[Button("Go", "go"), Button("Site", url="https://x")]), igsid=igsid)
        _, sent = await world.raw_send(body)
        await world.api("POST", f"customers/{igsid}/taps", {"mid": sent["message_id"], "payload": "go"})
        events = [await world.product.next_event() for _ in range(3)]
        assert (events[2].kind, events[2].text, events[2].payload) == ("postback", "Go", "go")

    async def test_taps_a_button_of_a_card(self, world: World) -> None:
        igsid = await world.customer()
        await world.write(igsid, "hi")
        (body,) = bodies(Outgoing(cards=[Card("Hat", "Warm", buttons=[Button("Buy", "b")])]), igsid=igsid)
        _, sent = await world.raw_send(body)
        await world.api("POST", f"customers/{igsid}/taps", {"mid": sent["message_id"], "payload": "b"})
        events = [await world.product.next_event() for _ in range(3)]
        assert (events[2].kind, events[2].text, events[2].payload) == ("postback", "Buy", "b")

    async def test_cannot_tap_what_is_not_there(self, world: World) -> None:
        igsid = await world.customer()
        mine = await world.write(igsid, "hi")
        for mid in (mine["mid"], "nothing"):
            answer = await world.http.post(f"/simulator/api/customers/{igsid}/taps", json={"mid": mid, "payload": "x"})
            assert answer.status_code == 404

    async def test_reads(self, world: World) -> None:
        igsid = await world.customer()
        await world.api("POST", f"customers/{igsid}/reads", {"accountId": world.account_id, "mid": "m1"})
        event = await world.product.next_event()
        assert (event.kind, event.mid, event.contact_igsid) == ("read", "m1", igsid)

    async def test_is_added_with_a_username_of_the_right_form(self, world: World) -> None:
        added = await world.api("POST", "customers", {"username": "@Ana.Silva", "name": "Ana Silva"})
        assert (added["username"], added["name"]) == ("ana.silva", "Ana Silva")
        assert 15 <= len(added["igsid"]) <= 16
        for username, status in (("ana.silva", 409), ("no spaces", 422), ("", 422)):
            answer = await world.http.post("/simulator/api/customers", json={"username": username})
            assert answer.status_code == status
            assert answer.json()["detail"]

    async def test_cannot_be_played_by_a_foreign_page(self, world: World) -> None:
        answer = await world.http.post(
            f"/simulator/api/customers/{await world.customer()}/messages",
            content=b'{"accountId":"1","text":"x"}',
            headers={"Content-Type": "text/plain"},
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "not_json")


class TestHandshake:
    async def test_verifies_the_products_webhook(self, world: World) -> None:
        assert await world.api("POST", "handshake") == {"ok": True, "status": 200, "error": None}


class TestLive:
    async def test_tells_what_happens_and_ends_with_the_simulator(self, world: World) -> None:
        events = world.simulator.live.listen()
        assert "hello" in await anext(events)
        await world.write(await world.customer(), "hi")
        line = await anext(events)
        assert line.startswith("event: message\n")
        assert '"text": "hi"' in line
        await world.simulator.stop()
        assert not [line async for line in events]


class TestPage:
    @pytest.mark.parametrize(
        "path",
        ["", *[f"/static/{path.name}" for path in STATIC.iterdir() if path.suffix != ".html"]],
    )
    async def test_is_served(self, world: World, path: str) -> None:
        assert (await world.http.get(f"/simulator{path}")).status_code == 200

    async def test_has_no_inline_code_and_no_foreign_address(self, world: World) -> None:
        page = (await world.http.get("/simulator")).text
        assert "style=" not in page
        assert "onclick" not in page
        assert "http://" not in page and "https://" not in page
