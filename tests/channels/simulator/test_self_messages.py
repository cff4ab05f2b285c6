"""An account that writes to itself."""

from __future__ import annotations

from typing import Any

from tests.channels.simulator.world import World

_BUTTON = {"template_type": "button", "text": "Try", "buttons": [{"type": "postback", "title": "Go", "payload": "GO"}]}


async def to_itself(world: World, message: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    igsid = (await world.graph("GET", "me?fields=id"))[1]["id"]
    return await world.raw_send({"recipient": {"id": igsid}, "message": message})


async def by_hand(world: World, text: str = "note to self") -> None:
    await world.api("POST", f"accounts/{world.account_id}/self-messages", {"text": text})
    await world.product.next_event()


class TestSelfMessaging:
    async def test_is_told_as_an_echo_of_oneself(self, world: World) -> None:
        await by_hand(world)
        message = world.body()["entry"][0]["messaging"][0]["message"]
        assert (message["text"], message["is_echo"], message["is_self"]) == ("note to self", True, True)

    async def test_the_app_may_send_after_one_message_by_hand(self, world: World) -> None:
        status, error = await to_itself(world, {"text": "too soon"})
        assert (status, error["error_subcode"]) == (400, 2534014)
        await by_hand(world)
        assert (await to_itself(world, {"text": "now"}))[0] == 200
        echo = await world.product.next_event()
        assert (echo.kind, echo.text) == ("echo", "now")
        assert world.body()["entry"][0]["messaging"][0]["message"]["is_self"] is True

    async def test_needs_no_window(self, world: World) -> None:
        await by_hand(world)
        await world.api("POST", "clock", {"advance": 30 * 86_400})
        assert (await to_itself(world, {"text": "a month later"}))[0] == 200

    async def test_takes_no_quick_replies(self, world: World) -> None:
        await by_hand(world)
        chips = [{"content_type": "text", "title": "A", "payload": "a"}]
        assert (await to_itself(world, {"text": "choose", "quick_replies": chips}))[1]["code"] == 100

    async def test_a_tap_says_that_it_is_ones_own(self, world: World) -> None:
        await by_hand(world)
        mid = (await to_itself(world, {"attachment": {"type": "template", "payload": _BUTTON}}))[1]["message_id"]
        await world.product.next_event()
        path = f"accounts/{world.account_id}/self-taps"
        await world.api("POST", path, {"mid": mid, "payload": "GO"})
        tapped = await world.product.next_event()
        assert (tapped.kind, tapped.direction, tapped.payload) == ("postback", "echo", "GO")
        assert world.body()["entry"][0]["messaging"][0]["is_self"] is True
        assert await world.refused("POST", path, {"mid": mid, "payload": "OTHER"}) == 404
