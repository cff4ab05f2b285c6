"""What is over for long is deleted; what waits stays, however old."""

from __future__ import annotations

import datetime as dt
from typing import Any

from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import World

DAY = dt.timedelta(days=1)


async def _events(world: World, conversation: r.Conversation) -> list[str]:
    """The ids of what is left of the lane, oldest first."""
    found = await world.store.inbox.events(world.workspace_id, conversation.id, 100)
    return [event.id for event in found[::-1]]


async def _runs(world: World, conversation: r.Conversation, *changes: dict[str, Any]) -> list[r.RunRecord]:
    ended: dict[str, Any] = {"state": "completed", "waiting_for": None, "wake_at": None}
    runs = [world.run(conversation, **{**ended, **one}) for one in changes]
    assert await world.change(conversation, runs=runs)
    return runs


class TestEvents:
    async def test_that_are_over_and_old_are_deleted(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        for _ in range(4):
            world.clock.advance(86_400)
            assert await world.change(conversation)
        before = await _events(world, conversation)
        assert await store.queue.prune(world.now - DAY, 100) == 3
        assert await _events(world, conversation) == before[3:]
        assert await store.queue.prune(world.now - DAY, 100) == 0

    async def test_that_failed_are_deleted_too(self, store: Store, world: World) -> None:
        await world.arrive("maria")
        work = (await world.claim())[0]
        failed = [r.HandledEvent(work.events[0].id, error="a mistake of ours")]
        assert await world.store_one(world.handled(work, handled=failed))
        assert await store.queue.prune(world.now + DAY, 100) == 1

    async def test_that_wait_stay(self, store: Store, world: World) -> None:
        await world.arrive("maria", "maria")
        work = (await world.claim())[0]
        again = [r.HandledEvent(work.events[0].id, retry_at=world.now + 9 * DAY)]
        assert await world.store_one(world.handled(work, handled=again))
        assert await store.queue.prune(world.now + DAY, 100) == 0
        world.clock.advance(9 * 86_400)
        assert len((await world.claim())[0].events) == 2

    async def test_go_a_few_at_a_time_oldest_first(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        for _ in range(6):
            assert await world.change(conversation)
        before = await _events(world, conversation)
        gone = [await store.queue.prune(world.now + DAY, 3) for _ in range(2)]
        assert gone == [3, 3]
        assert await _events(world, conversation) == before[6:]
        assert [await store.queue.prune(world.now + DAY, 3) for _ in range(2)] == [1, 0]

    async def test_stored_a_moment_out_of_order_are_told_apart(self, store: Store, world: World) -> None:
        """Two processes store what they received in any order."""
        conversation = await world.meet()
        events = [world.event() for _ in range(2)]
        world.clock.advance(1)
        await store.queue.ingest([world.event()])
        await store.queue.ingest(events)
        work = (await world.claim())[0]
        assert await world.store_one(world.handled(work))
        kept = work.events[0].id
        await store.queue.prune(world.now, 100)
        assert kept in await _events(world, conversation)


class TestRuns:
    async def test_that_are_over_and_old_are_deleted(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        states = ("completed", "failed", "cancelled")
        old = await _runs(world, conversation, *({"state": state} for state in states))
        new = await _runs(world, conversation, *({"state": state, "updated_at": world.now + DAY} for state in states))
        await store.queue.prune(world.now + DAY, 100)
        left = await store.inbox.runs(world.workspace_id, conversation.id, 9)
        assert {run.id for run in left} == {run.id for run in new}
        assert {run.id for run in left}.isdisjoint(run.id for run in old)

    async def test_that_wait_stay(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        waiting: dict[str, Any] = {"state": "waiting", "waiting_for": "time", "wake_at": world.now + 90 * DAY}
        (run,) = await _runs(world, conversation, waiting)
        await store.queue.prune(world.now + 30 * DAY, 100)
        assert await store.inbox.runs(world.workspace_id, conversation.id, 9) == [run]

    async def test_and_events_together_are_no_more_than_asked_for(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await _runs(world, conversation, {}, {})
        assert [await store.queue.prune(world.now + DAY, 3) for _ in range(3)] == [3, 1, 0]
        assert await _events(world, conversation) == []
        assert await store.inbox.runs(world.workspace_id, conversation.id, 9) == []


async def test_of_nothing_deletes_nothing(store: Store, world: World) -> None:
    assert await store.queue.prune(world.now, 100) == 0


async def test_leaves_conversations_and_messages(store: Store, world: World) -> None:
    conversation = await world.meet()
    message = world.message(conversation, event_id="evt_1", run_id="run_1")
    await world.change(conversation, messages=[message])
    await store.queue.prune(world.now + DAY, 100)
    assert await store.inbox.message(world.workspace_id, message.id) == message
    await world.arrive("maria")
    assert (await world.claim())[0].conversation == await world.thread(conversation)
