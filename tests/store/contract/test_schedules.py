"""Flows start by the clock, each moment once."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt

import pytest

from instantchat.errors import BadRequest
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import LEASE, World

HOUR = dt.timedelta(hours=1)


async def _claim(world: World, owner: str = "clock", limit: int = 9) -> list[r.Schedule]:
    return await world.store.schedules.claim(owner, world.now, world.now + LEASE, limit)


async def _put(world: World, *rows: r.Schedule) -> None:
    await world.store.schedules.replace(world.workspace_id, "flow_1", rows)


class TestReplace:
    async def test_stores_the_rows(self, store: Store, world: World) -> None:
        rows = [world.schedule(position=n, next_at=world.now + HOUR * n) for n in range(2)]
        await _put(world, *rows)
        assert await store.schedules.next_due() == world.now
        world.clock.advance(3600)
        assert await _claim(world) == rows

    async def test_what_is_unchanged_keeps_its_moment(self, store: Store, world: World) -> None:
        first = world.schedule()
        await _put(world, first)
        later = world.schedule(version_id="ver_2", next_at=world.now + HOUR * 9)
        await _put(world, later)
        world.clock.advance(3600)
        assert await _claim(world) == [dataclasses.replace(first, version_id="ver_2")]

    async def test_what_is_unchanged_goes_on_firing(self, store: Store, world: World) -> None:
        await _put(world, world.schedule(next_at=world.now))
        (claimed,) = await _claim(world)
        await _put(world, world.schedule(version_id="ver_2"))
        given = {"cursor": "c1", "firing_at": world.now, "next_at": world.now + HOUR}
        assert await store.schedules.progress(claimed.id, "clock", **given, done=False)
        (again,) = await _claim(world)
        assert (again.version_id, again.cursor) == ("ver_2", "c1")

    @pytest.mark.parametrize("change", [{"spec": "0 8 * * * UTC"}, {"node_id": "other"}, {"position": 1}])
    async def test_what_is_changed_begins_anew(self, store: Store, world: World, change: dict[str, object]) -> None:
        await _put(world, world.schedule(next_at=world.now))
        (claimed,) = await _claim(world)
        changed = dataclasses.replace(world.schedule(), **change)
        await _put(world, changed)
        given = {"cursor": "c1", "firing_at": world.now, "next_at": world.now + HOUR}
        assert not await store.schedules.progress(claimed.id, "clock", **given, done=False)
        assert await _claim(world) == []
        world.clock.advance(3600)
        assert await _claim(world) == [changed]

    async def test_with_nothing_drops_those_of_the_flow_alone(self, store: Store, world: World) -> None:
        await _put(world, world.schedule())
        other = world.schedule("flow_2", next_at=world.now + HOUR * 5)
        await store.schedules.replace(world.workspace_id, "flow_2", [other])
        await _put(world)
        assert await store.schedules.next_due() == world.now + HOUR * 5


class TestClaim:
    async def test_gives_what_is_due_the_longest_first(self, world: World) -> None:
        rows = [world.schedule(position=n, next_at=world.now - HOUR * n) for n in (-1, 0, 1, 2)]
        await _put(world, *rows)
        assert await _claim(world, limit=2) == [rows[3], rows[2]]
        assert await _claim(world) == [rows[1]]
        assert await _claim(world) == []

    async def test_comes_back_when_its_owner_died(self, store: Store, world: World) -> None:
        row = world.schedule(next_at=world.now)
        await _put(world, row)
        await _claim(world, "first")
        assert await store.schedules.next_due() == world.now + LEASE
        world.clock.advance(30)
        assert await _claim(world, "second") == [row]
        given = {"cursor": None, "firing_at": None, "next_at": world.now + HOUR}
        assert not await store.schedules.progress(row.id, "first", **given, done=True)
        assert await store.schedules.progress(row.id, "second", **given, done=True)

    async def test_never_gives_one_twice(self, store: Store, other_store: Store, world: World) -> None:
        await _put(world, *[world.schedule(position=n, next_at=world.now) for n in range(20)])
        batches = await asyncio.gather(
            *(
                one.schedules.claim(f"c{n}", world.now, world.now + LEASE, 8)
                for n, one in enumerate([store, other_store] * 3)
            )
        )
        claimed = [row.position for batch in batches for row in batch]
        assert len(claimed) == len(set(claimed))
        claimed += [row.position for row in await _claim(world, limit=20)]
        assert sorted(claimed) == list(range(20))


class TestProgress:
    async def test_goes_on_where_it_was(self, store: Store, world: World) -> None:
        row = world.schedule(next_at=world.now)
        await _put(world, row)
        fired = world.now
        for cursor in ("c1", "c2"):
            await _claim(world)
            given = {"cursor": cursor, "firing_at": fired, "next_at": fired + HOUR}
            assert await store.schedules.progress(row.id, "clock", **given, done=False)
            assert await store.schedules.next_due() == fired
        assert await _claim(world) == [dataclasses.replace(row, cursor="c2", firing_at=fired, next_at=fired + HOUR)]

    async def test_done_waits_for_the_next_moment(self, store: Store, world: World) -> None:
        row = world.schedule(next_at=world.now)
        await _put(world, row)
        await _claim(world)
        given = {"cursor": "c9", "firing_at": world.now, "next_at": world.now + HOUR}
        assert await store.schedules.progress(row.id, "clock", **given, done=True)
        assert await store.schedules.next_due() == world.now + HOUR
        assert await _claim(world) == []
        world.clock.advance(3600)
        assert await _claim(world) == [dataclasses.replace(row, next_at=world.now)]

    async def test_ends_the_lease(self, store: Store, world: World) -> None:
        row = world.schedule(next_at=world.now)
        await _put(world, row)
        await _claim(world)
        given = {"cursor": "c1", "firing_at": world.now, "next_at": world.now + HOUR}
        assert await store.schedules.progress(row.id, "clock", **given, done=False)
        assert not await store.schedules.progress(row.id, "clock", **given, done=False)


class TestContactsPage:
    async def test_walks_over_all_oldest_first(self, store: Store, world: World, another) -> None:
        other = await world.add_account()
        met = []
        for number in range(5):  # the first two at one moment
            world.clock.advance(number // 2)
            met.append(await world.meet(f"p{number}", account=other if number % 2 else None))
        await (await another()).meet("stranger")
        found, cursor = [], None
        for _ in range(3):
            page = await store.schedules.contacts_page(world.workspace_id, limit=2, cursor=cursor)
            found, cursor = found + page.data, page.next_cursor
        assert cursor is None
        assert [one.contact.id for one in found] == [thread.contact_id for thread in met]
        by_contact = {thread.contact_id: thread for thread in met}
        for one in found:
            thread = by_contact[one.contact.id]
            assert (one.lane, one.window_expires_at) == (thread.lane, thread.window_expires_at)
            owner = other if thread.account_id == other.id else world.account
            assert one.ig_user_id == owner.ig_user_id

    async def test_leaves_out_accounts_that_are_not_connected(self, store: Store, world: World) -> None:
        other = await world.add_account()
        await world.meet("gone", account=other)
        await world.meet("here")
        await store.accounts.set_state(other.id, "disconnected", None)
        page = await store.schedules.contacts_page(world.workspace_id, limit=9, cursor=None)
        assert [one.contact.igsid for one in page.data] == ["here"]

    async def test_a_cursor_nobody_made_is_refused(self, store: Store, world: World) -> None:
        with pytest.raises(BadRequest):
            await store.schedules.contacts_page(world.workspace_id, limit=9, cursor="%%%")
