"""Another app beside ours: who holds a conversation, and what the one that does not hears and may do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.simulator.world import APP_ID, World

OTHER = "2000000000000002"


async def hand_over(world: World, igsid: str, act: str, **body: Any) -> Any:
    return await world.api("POST", f"accounts/{world.account_id}/handovers", {"igsid": igsid, "act": act, **body})


async def opened(world: World) -> str:
    """A customer who wrote, so that the window is open."""
    igsid = await world.customer()
    await world.write(igsid, "hi")
    await world.product.next_event()
    return igsid


async def send(world: World, igsid: str) -> tuple[int, dict[str, Any]]:
    return await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "x"}})


class TestHandover:
    @pytest.mark.parametrize(
        ("act", "event"),
        [
            ("pass", {"pass_thread_control": {"previous_owner_app_id": APP_ID, "new_owner_app_id": OTHER}}),
            ("take", {"take_thread_control": {"previous_owner_app_id": APP_ID}}),
            ("request", {"request_thread_control": {"requested_owner_app_id": OTHER}}),
        ],
    )
    async def test_is_told_in_metas_shapes(self, world: World, act: str, event: dict[str, Any]) -> None:
        igsid = await opened(world)
        assert (await hand_over(world, igsid, act))["holder"] == ("ours" if act == "request" else "other")
        told = await world.product.next_event()
        assert (told.kind, told.action, told.is_standby) == ("handover", next(iter(event)), False)
        item = world.body()["entry"][0]["messaging"][0]
        assert {name: item[name] for name in event} == event
        assert (item["sender"]["id"], item["recipient"]["id"]) == (igsid, world.account_id)

    async def test_carries_metadata_and_comes_back(self, world: World) -> None:
        igsid = await opened(world)
        await hand_over(world, igsid, "pass", metadata="to the desk")
        await world.product.next_event()
        assert world.body()["entry"][0]["messaging"][0]["pass_thread_control"]["metadata"] == "to the desk"
        assert (await hand_over(world, igsid, "return"))["holder"] == "ours"
        await world.product.next_event()
        back = world.body()["entry"][0]["messaging"][0]["pass_thread_control"]
        assert back == {"previous_owner_app_id": OTHER, "new_owner_app_id": APP_ID}
        assert (await send(world, igsid))[0] == 200

    async def test_messages_come_in_standby_while_another_app_holds_it(self, world: World) -> None:
        igsid = await opened(world)
        await hand_over(world, igsid, "take")
        await world.product.next_event()
        await world.write(igsid, "to whoever answers")
        heard = await world.product.next_event()
        assert (heard.kind, heard.text, heard.is_standby) == ("message", "to whoever answers", True)
        assert set(world.body()["entry"][0]) == {"id", "time", "standby"}

    async def test_a_send_is_refused_while_another_app_holds_it(self, world: World) -> None:
        igsid = await opened(world)
        await hand_over(world, igsid, "take")
        status, error = await send(world, igsid)
        assert (status, error["code"], error["error_subcode"]) == (400, 100, 2534037)

    async def test_the_other_app_answers_only_while_it_holds_it(self, world: World) -> None:
        igsid, path = await opened(world), f"accounts/{world.account_id}/other-app-messages"
        wanted = {"igsid": igsid, "text": "from the desk"}
        assert await world.refused("POST", path, wanted) == 409
        await hand_over(world, igsid, "pass")
        await world.product.next_event()
        assert (await world.api("POST", path, wanted))["via"] == "other_app"
        echo = await world.product.next_event()
        assert (echo.kind, echo.text, echo.is_standby) == ("echo", "from the desk", True)

    async def test_only_who_subscribed_to_standby_hears_of_it(self, world: World) -> None:
        igsid = await opened(world)
        await world.graph("POST", "me/subscribed_apps", params={"subscribed_fields": "messages"})
        await hand_over(world, igsid, "take")
        await world.write(igsid, "unheard")
        await world.write(await world.customer_named("other.one"), "heard")
        assert (await world.product.next_event()).text == "heard"

    @pytest.mark.parametrize(("acts", "status"), [(["return"], 409), (["take", "take"], 409), (["give"], 422)])
    async def test_impossible_acts_are_refused(self, world: World, acts: list[str], status: int) -> None:
        igsid = await opened(world)
        for act in acts[:-1]:
            await hand_over(world, igsid, act)
        body = {"igsid": igsid, "act": acts[-1]}
        assert await world.refused("POST", f"accounts/{world.account_id}/handovers", body) == status
