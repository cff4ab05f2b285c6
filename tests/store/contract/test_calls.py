"""Runs that wait for the result of an API call."""

from __future__ import annotations

import dataclasses
import datetime as dt

from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import LEASE, World


async def _calling(world: World, **changes: object) -> r.RunRecord:
    conversation = await world.meet()
    run = world.run(conversation, **{"waiting_for": "result", "wake_at": world.now, **changes})
    assert await world.change(conversation, runs=[run])
    return run


async def _claim(world: World, limit: int = 10) -> list[r.RunRecord]:
    return await world.store.queue.claim_calls("caller", world.now, world.now + LEASE, limit)


class TestClaimCalls:
    async def test_leases_due_calls_only(self, world: World) -> None:
        run = await _calling(world)
        assert [one.id for one in await _claim(world)] == [run.id]
        assert await _claim(world) == []

    async def test_calls_are_no_work_for_claim_work(self, world: World) -> None:
        await _calling(world)
        assert await world.claim() == []

    async def test_waits_for_the_time_of_the_call(self, world: World) -> None:
        await _calling(world, wake_at=world.now + dt.timedelta(seconds=1))
        assert await _claim(world) == []
        world.clock.advance(1)
        assert len(await _claim(world)) == 1

    async def test_a_lease_that_runs_out_gives_the_call_to_another(self, world: World) -> None:
        run = await _calling(world)
        await _claim(world)
        world.clock.advance(LEASE.total_seconds())
        assert [one.id for one in await _claim(world)] == [run.id]


class TestAddResult:
    async def test_becomes_an_event_of_the_lane(self, store: Store, world: World) -> None:
        run = await _calling(world)
        (claimed,) = await _claim(world)
        result = world.event("ignored", f"result:{run.id}:0", status=200)
        assert await store.queue.add_result(claimed, result)
        (work,) = await world.claim()
        assert work.lane == run.lane
        assert [(event.id, event.payload) for event in work.events] == [(result.id, {"status": 200})]
        assert [one.id for one in work.waiting_runs] == [run.id]

    async def test_stops_the_call_from_being_made_again(self, store: Store, world: World) -> None:
        await _calling(world)
        (claimed,) = await _claim(world)
        assert await store.queue.add_result(claimed, world.event())
        world.clock.advance(LEASE.total_seconds() * 2)
        assert await _claim(world) == []

    async def test_only_the_first_result_counts(self, store: Store, world: World) -> None:
        await _calling(world)
        (claimed,) = await _claim(world)
        assert await store.queue.add_result(claimed, world.event())
        assert not await store.queue.add_result(claimed, world.event())

    async def test_of_a_run_that_moved_on_is_dropped(self, store: Store, world: World) -> None:
        run = await _calling(world)
        (claimed,) = await _claim(world)
        await world.arrive("maria")
        (work,) = await world.claim()
        ended = dataclasses.replace(run, rev=1, state="cancelled", waiting_for=None, wake_at=None)
        assert await world.store_one(world.handled(work, runs=[ended]))
        assert not await store.queue.add_result(claimed, world.event())
        assert await world.claim() == []
