"""Faults between the simulator and the product, its time, the dashboard's buttons and Meta's callbacks."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from instantchat.channels.instagram.answers import Rejected, Sent
from instantchat.kit.clock import rfc3339
from instantchat.kit.crypto import Secret
from tests.channels.simulator.world import META_SECRET, World, a_world

DAY = 86400


async def texts(world: World, count: int) -> list[str | None]:
    return [(await world.product.next_event()).text for _ in range(count)]


class TestOrder:
    async def test_held_webhooks_go_out_together(self, world: World) -> None:
        await world.api("PUT", "faults", {"hold": True})
        first, second = [customer["igsid"] for customer in (await world.api("GET", "customers"))["data"]]
        for igsid, text in ((first, "1"), (first, "2"), (second, "3")):
            await world.write(igsid, text)
        await world.comment(first, "4")
        await world.api("PUT", "faults", {"hold": False, "batch": 10})
        assert await texts(world, 4) == ["1", "2", "3", "4"]
        (body,) = world.product.bodies
        entries = json.loads(body)["entry"]
        assert [len(entry.get("messaging", entry.get("changes"))) for entry in entries] == [3, 1]

    async def test_newest_first(self, world: World) -> None:
        await world.api("PUT", "faults", {"hold": True, "reorder": True})
        igsid = await world.customer()
        for text in ("1", "2", "3"):
            await world.write(igsid, text)
        await world.api("PUT", "faults", {"hold": False})
        assert await texts(world, 3) == ["3", "2", "1"]

    async def test_twice(self, world: World) -> None:
        await world.api("PUT", "faults", {"duplicate": True})
        await world.write(await world.customer(), "again")
        assert await texts(world, 2) == ["again", "again"]

    async def test_lost_as_often_as_ordered(self, world: World) -> None:
        await world.api("PUT", "faults", {"dropNext": 1})
        igsid = await world.customer()
        await world.write(igsid, "lost")
        lost = await world.next_delivery(state="dropped")
        assert lost["error"] == "lost, as ordered"
        await world.write(igsid, "heard")
        assert await texts(world, 1) == ["heard"]
        assert await world.api("GET", "faults") | {"dropNext": 0} == await world.api("GET", "faults")


class TestEchoes:
    async def test_before_the_answer(self, world: World) -> None:
        igsid = await world.customer()
        await world.write(igsid, "hi")
        await world.product.next_event()
        await world.api("PUT", "faults", {"echoFirst": True})
        await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "x"}})
        assert world.product.events.get_nowait().kind == "echo"

    async def test_late(self, world: World) -> None:
        igsid = await world.customer()
        await world.api("PUT", "faults", {"echoDelayMs": 30_000})
        await world.write(igsid, "hi")
        await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "x"}})
        await world.write(igsid, "next")
        assert await texts(world, 2) == ["hi", "next"]
        await world.api("POST", "clock", {"advance": 30})
        assert (await world.product.next_event()).kind == "echo"


class TestSends:
    async def test_refused_although_it_went_out(self, world: World) -> None:
        igsid = await world.customer()
        await world.write(igsid, "hi")
        await world.api("PUT", "faults", {"failNext": {"code": 1, "status": 500, "afterSend": True}})
        assert (await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "x"}}))[0] == 500
        thread = (await world.api("GET", f"threads/{world.account_id}/{igsid}"))["data"]
        assert [message["text"] for message in thread] == ["hi", "x"]

    async def test_answered_long_after_it_went_out(self, world: World) -> None:
        igsid = await world.customer()
        await world.write(igsid, "hi")
        await world.api("PUT", "faults", {"answerDelayMs": 5000})
        before = world.clock.now()
        assert (await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "x"}}))[0] == 200
        assert (world.clock.now() - before).total_seconds() == 5
        (_, sent) = (await world.api("GET", f"threads/{world.account_id}/{igsid}"))["data"]
        assert sent["at"] == rfc3339(before)

    async def test_refused_several_times(self, world: World) -> None:
        igsid = await world.customer()
        await world.write(igsid, "hi")
        await world.api("PUT", "faults", {"failNext": {"code": 613, "times": 3}})
        send = {"recipient": {"id": igsid}, "message": {"text": "x"}}
        assert [(await world.raw_send(send))[0] for _ in range(4)] == [400, 400, 400, 200]

    async def test_public_replies_too(self, world: World) -> None:
        comment = await world.comment(await world.customer(), "x")
        await world.api("PUT", "faults", {"failNext": {"code": 10}})
        assert isinstance(await world.client.reply_to_comment(comment["id"], world.token, "y"), Rejected)
        assert isinstance(await world.client.reply_to_comment(comment["id"], world.token, "y"), Sent)


class TestFailure:
    async def test_a_slow_product_is_tried_again(self, world: World) -> None:
        await world.api("PUT", "faults", {"timeoutMs": 50})
        world.product.pause = asyncio.Event()
        await world.write(await world.customer(), "slow")
        failed = await world.next_delivery(attempts=1)
        assert (failed["state"], failed["status"]) == ("pending", None)
        world.product.pause.set()
        assert "slow" in await texts(world, 1)

    @pytest.mark.parametrize("cut_off", [True, False])
    async def test_after_36_hours_the_account_is_cut_off(self, world: World, cut_off: bool) -> None:
        await world.api("PUT", "faults", {"unsubscribeOnFailure": cut_off})
        world.product.answers = [500] * 3
        await world.write(await world.customer(), "x")
        await world.next_delivery(attempts=2)
        await world.api("POST", "clock", {"advance": 37 * 3600})
        assert (await world.next_delivery(attempts=3))["state"] == "dropped"
        accounts = (await world.api("GET", "accounts"))["data"]
        assert any(account["connected"] for account in accounts) is not cut_off


class TestSigner:
    async def test_either_secret_signs(self, world: World) -> None:
        igsid = await world.customer()
        await world.write(igsid, "one")
        await world.product.next_event()
        await world.api("PUT", "faults", {"signer": "meta"})
        await world.write(igsid, "two")
        await world.product.next_event()
        assert world.product.signed_with == ["app", "meta"]


class TestClock:
    async def test_moves_windows_and_tokens(self, world: World) -> None:
        igsid = await world.customer()
        await world.write(igsid, "hi")
        before = await world.api("GET", "clock")
        after = await world.api("POST", "clock", {"advance": DAY + 1})
        assert after["offset"] - before["offset"] == DAY + 1
        send = {"recipient": {"id": igsid}, "message": {"text": "x"}}
        assert (await world.raw_send(send))[1]["error_subcode"] == 2534022
        await world.api("POST", "clock", {"advance": 60 * DAY})
        assert (await world.raw_send(send))[1]["error_subcode"] == 463

    async def test_stays_over_a_restart(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            await world.api("POST", "clock", {"advance": 100})
        async with a_world(tmp_path, connected=False) as world:
            assert (await world.api("GET", "clock"))["offset"] == 100

    @pytest.mark.parametrize("bad", [-1, "1", True, None])
    async def test_runs_forward_only(self, world: World, bad: object) -> None:
        assert await world.refused("POST", "clock", {"advance": bad}) == 422


class TestDashboard:
    @pytest.mark.parametrize("style", ["instagram", "page"])
    async def test_its_test_event_is_a_test(self, world: World, style: str) -> None:
        await world.api("POST", "test-events", {"style": style})
        event = await world.product.next_event()
        assert (event.is_test, event.text) == (True, "random_text")
        entry = world.body()["entry"][0]
        assert entry["id"] == "0"
        assert ("messaging" in entry) is (style == "page")

    async def test_any_body_can_be_delivered(self, world: World) -> None:
        made = await world.api("POST", "deliveries", {"body": {"object": "page", "entry": []}})
        await world.next_delivery(state="delivered")
        assert world.product.bodies == [b'{"object":"page","entry":[]}']
        assert await world.api("GET", f"deliveries/{made['id']}") == {"object": "page", "entry": []}


class TestCallbacks:
    def claims(self, form: Any, secret: Secret) -> Any:
        signature, _, payload = form["signed_request"].partition(".")
        expected = hmac.new(secret.reveal().encode(), payload.encode(), hashlib.sha256).digest()
        assert base64.urlsafe_b64decode(signature + "=") == expected
        return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

    async def test_deauthorize_ends_the_tokens_and_tells(self, world: World) -> None:
        await world.api("PUT", "faults", {"signer": "meta"})
        told = await world.api("POST", f"accounts/{world.account_id}/callbacks/deauthorize", {})
        assert told["status"] == 200
        ((path, form),) = world.product.forms
        assert path == "/webhook/deauthorize"
        claims = self.claims(form, META_SECRET)
        accounts = {account["id"]: account for account in (await world.api("GET", "accounts"))["data"]}
        assert claims["user_id"] == accounts[world.account_id]["appScopedId"]
        assert claims["algorithm"] == "HMAC-SHA256"
        assert (await world.graph("GET", "me"))[1]["error_subcode"] == 458

    async def test_data_deletion_shows_the_answer(self, world: World) -> None:
        told = await world.api("POST", f"accounts/{world.account_id}/callbacks/data-deletion", {})
        assert json.loads(told["body"])["confirmation_code"] == "1"
        assert world.product.forms[0][0] == "/webhook/data-deletion"
        assert await world.refused("POST", f"accounts/{world.account_id}/callbacks/other", {}) == 404
