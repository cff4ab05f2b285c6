"""Sequence numbers, what is kept, and listeners that fall behind."""

from __future__ import annotations

import asyncio

import pytest

from instantchat.kit.clock import ManualClock
from instantchat.realtime.hub import BACKLOG, KEPT, WORKSPACES, Hub
from instantchat.runtime.live import LiveEvent, Notification, Typing


def note(workspace_id: str, code: str = "x") -> LiveEvent:
    return LiveEvent(workspace_id, "notification", Notification("info", code, "Hello."))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def hub(clock: ManualClock) -> Hub:
    return Hub(clock)


class TestSubscribe:
    async def test_hears_in_order_what_happens_from_then_on(self, hub: Hub) -> None:
        hub.publish(note("w", "before"))
        async with hub.subscribe("w") as events:
            for code in ("one", "two"):
                hub.publish(note("w", code))
            heard = [await anext(events), await anext(events)]
        assert [each.data["notification"]["code"] for each in heard] == ["one", "two"]
        assert heard[1].data["seq"] == heard[0].data["seq"] + 1

    async def test_hears_nothing_of_another_workspace(self, hub: Hub) -> None:
        async with hub.subscribe("w") as events:
            hub.publish(note("other"))
            hub.publish(note("w", "mine"))
            assert (await anext(events)).data["notification"]["code"] == "mine"

    async def test_one_that_falls_behind_is_told_to_read_again(self, hub: Hub) -> None:
        async with hub.subscribe("w") as slow, hub.subscribe("w") as quick:
            for _ in range(BACKLOG + 1):
                hub.publish(note("w"))
                await anext(quick)
            hub.publish(note("w", "after"))
            heard = await slow.batch()
        assert [each.kind for each in heard] == ["resync", "notification"]

    async def test_waits_for_what_comes(self, hub: Hub) -> None:
        async with hub.subscribe("w") as events:
            waiting = asyncio.create_task(anext(events))
            await asyncio.sleep(0)
            hub.publish(note("w", "late"))
            assert (await asyncio.wait_for(waiting, 1)).data["notification"]["code"] == "late"

    async def test_a_batch_is_all_there_is_up_to_its_limit(self, hub: Hub) -> None:
        async with hub.subscribe("w") as events:
            for _ in range(5):
                hub.publish(note("w"))
            assert len(await events.batch(3)) == 3
            assert len(await events.batch(3)) == 2


class TestSince:
    def test_gives_what_came_after(self, hub: Hub) -> None:
        start = hub.since("w", 0).seq
        for _ in range(3):
            hub.publish(note("w"))
        missed = hub.since("w", start + 1)
        assert ([each.seq for each in missed.events], missed.complete) == ([start + 2, start + 3], True)
        assert hub.since("w", start + 3).complete is True

    def test_is_incomplete_for_what_is_no_longer_kept(self, hub: Hub) -> None:
        start = hub.since("w", 0).seq
        for _ in range(KEPT + 1):
            hub.publish(note("w"))
        assert hub.since("w", start).complete is False
        assert len(hub.since("w", start + 1).events) == KEPT

    def test_is_incomplete_for_a_number_that_never_was(self, hub: Hub) -> None:
        assert hub.since("w", hub.since("w", 0).seq + 1).complete is False

    def test_typing_has_no_number_and_is_not_kept(self, hub: Hub) -> None:
        start = hub.since("w", 0).seq
        hub.publish(LiveEvent("w", "typing", Typing("c", "u", "Ada", True)))
        assert hub.since("w", start).seq == start

    def test_numbers_never_go_back_over_a_restart(self, clock: ManualClock) -> None:
        before = Hub(clock)
        for _ in range(10_000):
            before.publish(note("w"))
        last = before.since("w", 0).seq
        clock.advance(1)
        after = Hub(clock)
        assert after.since("w", last).complete is False
        assert after.since("w", 0).seq > last


class TestMemory:
    async def test_quiet_workspaces_are_forgotten_and_listened_ones_kept(self, hub: Hub, clock: ManualClock) -> None:
        async with hub.subscribe("mine") as events:
            first = hub.since("quiet", 0).seq
            for number in range(WORKSPACES + 10):
                hub.publish(note(f"w{number}"))
            hub.publish(note("mine", "still"))
            assert (await anext(events)).data["notification"]["code"] == "still"
        clock.advance(1)
        assert hub.since("quiet", first).complete is False, "it was forgotten"
