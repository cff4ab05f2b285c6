from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from instantchat.errors import BadRequest
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import World, new_flow, new_version

HOUR = dt.timedelta(hours=1)


class TestNames:
    async def test_are_unique_in_any_case(self, store: Store, world: World) -> None:
        assert await store.flows.create(new_flow(world, "Größe"))
        assert not await store.flows.create(new_flow(world, "GRÖSSE"))

    async def test_may_repeat_in_another_workspace(self, store: Store, world: World, another) -> None:
        other = await another()
        assert await store.flows.create(new_flow(world, "Welcome"))
        assert await store.flows.create(new_flow(other, "Welcome"))

    async def test_find_their_flow_in_any_case(self, store: Store, world: World) -> None:
        flow = new_flow(world, "Welcome")
        await store.flows.create(flow)
        assert await store.flows.flow_by_name(world.workspace_id, "wELCOME") == flow
        assert await store.flows.flow_by_name(world.workspace_id, "Goodbye") is None

    async def test_are_free_again_after_deletion(self, store: Store, world: World) -> None:
        flow = new_flow(world, "Welcome")
        await store.flows.create(flow)
        await store.flows.delete(world.workspace_id, flow.id, world.now)
        assert await store.flows.flow_by_name(world.workspace_id, "Welcome") is None
        assert await store.flows.create(new_flow(world, "Welcome"))

    async def test_are_listed_by_id(self, store: Store, world: World, another) -> None:
        flows = [new_flow(world, "Welcome"), new_flow(world, "Old", status="archived"), new_flow(world, "Gone")]
        for flow in [*flows, new_flow(await another(), "Foreign")]:
            await store.flows.create(flow)
        await store.flows.delete(world.workspace_id, flows[2].id, world.now)
        assert await store.flows.flow_names(world.workspace_id) == {flows[0].id: "Welcome", flows[1].id: "Old"}


class TestUpdate:
    async def test_stores_the_draft(self, store: Store, world: World) -> None:
        flow = new_flow(world)
        await store.flows.create(flow)
        changed = dataclasses.replace(flow, name="Hi", graph={"nodes": [1]}, priority=3, revision=2)
        assert await store.flows.update(changed, 1) == "saved"
        assert await store.flows.flow(world.workspace_id, flow.id) == changed

    async def test_a_stale_revision_changes_nothing(self, store: Store, world: World) -> None:
        flow = new_flow(world)
        await store.flows.create(flow)
        assert await store.flows.update(dataclasses.replace(flow, name="Hi", revision=9), 8) == "stale"
        assert await store.flows.flow(world.workspace_id, flow.id) == flow

    async def test_another_flows_name_is_refused(self, store: Store, world: World) -> None:
        first, second = new_flow(world, "First"), new_flow(world, "Second")
        await store.flows.create(first)
        await store.flows.create(second)
        assert await store.flows.update(dataclasses.replace(second, name="FIRST", revision=2), 1) == "name_taken"
        assert await store.flows.update(dataclasses.replace(second, name="SECOND", revision=2), 1) == "saved"

    async def test_of_an_unknown_or_foreign_flow_is_missing(self, store: Store, world: World, another) -> None:
        other = await another()
        flow = new_flow(world)
        await store.flows.create(flow)
        assert await store.flows.update(new_flow(world, "x"), 1) == "missing"
        foreign = dataclasses.replace(flow, workspace_id=other.workspace_id)
        assert await store.flows.update(foreign, 1) == "missing"

    async def test_does_not_undo_a_status_set_meanwhile(self, store: Store, world: World) -> None:
        flow = new_flow(world)
        await store.flows.create(flow)
        await store.flows.set_status(world.workspace_id, flow.id, "archived", world.now)
        await store.flows.update(dataclasses.replace(flow, revision=2), 1)
        stored = await store.flows.flow(world.workspace_id, flow.id)
        assert stored is not None
        assert stored.status == "archived"


class TestPublish:
    async def test_stores_the_version_and_activates(self, store: Store, world: World) -> None:
        flow = new_flow(world, graph={"nodes": ["draft"]})
        await store.flows.create(flow)
        version = new_version(flow)
        assert await store.flows.publish(flow, version) == "saved"
        assert await store.flows.version(version.id) == version
        stored = await store.flows.flow(world.workspace_id, flow.id)
        assert stored is not None
        assert (stored.status, stored.published_version) == ("active", 1)

    async def test_a_stale_revision_or_a_used_number_is_refused(self, store: Store, world: World) -> None:
        flow = new_flow(world)
        await store.flows.create(flow)
        assert await store.flows.publish(dataclasses.replace(flow, revision=4), new_version(flow)) == "stale"
        assert await store.flows.publish(flow, new_version(flow)) == "saved"
        assert await store.flows.publish(flow, new_version(flow)) == "stale"
        assert await store.flows.publish(flow, new_version(flow, 2)) == "saved"

    async def test_of_a_deleted_flow_is_missing(self, store: Store, world: World) -> None:
        flow = new_flow(world)
        await store.flows.create(flow)
        await store.flows.delete(world.workspace_id, flow.id, world.now)
        assert await store.flows.publish(flow, new_version(flow)) == "missing"


class TestActiveHeads:
    async def test_are_the_published_versions_oldest_first(self, store: Store, world: World, another) -> None:
        other = await another()
        flows = [new_flow(world, name, created_at=world.now - HOUR * age) for name, age in (("New", 1), ("Old", 2))]
        versions = [new_version(flow) for flow in flows]
        for flow, version in zip(flows, versions, strict=True):
            await store.flows.create(flow)
            await store.flows.publish(flow, version)
        newest = new_version(flows[0], 2)
        await store.flows.publish(flows[0], newest)
        await store.flows.create(new_flow(world, "Draft"))

        heads = await store.flows.active_heads([world.workspace_id, other.workspace_id])

        assert [(head.name, head.version_id) for head in heads[world.workspace_id]] == [
            ("Old", versions[1].id),
            ("New", newest.id),
        ]
        assert heads[other.workspace_id] == []

    async def test_leave_out_what_was_archived_or_deleted(self, store: Store, world: World) -> None:
        flows = [new_flow(world, name) for name in ("Archived", "Deleted", "Kept")]
        for flow in flows:
            await store.flows.create(flow)
            await store.flows.publish(flow, new_version(flow))
        await store.flows.set_status(world.workspace_id, flows[0].id, "archived", world.now)
        await store.flows.delete(world.workspace_id, flows[1].id, world.now)
        heads = await store.flows.active_heads([world.workspace_id])
        assert [head.name for head in heads[world.workspace_id]] == ["Kept"]


class TestDelete:
    async def test_cancels_waiting_runs_and_keeps_them_readable(self, store: Store, world: World) -> None:
        flow = new_flow(world)
        await store.flows.create(flow)
        version = new_version(flow)
        await store.flows.publish(flow, version)
        conversation = await world.meet()
        mine, other = world.run(conversation, flow_id=flow.id), world.run(conversation, flow_id="flow_other")
        assert await world.change(conversation, runs=[mine, other])

        assert await store.flows.delete(world.workspace_id, flow.id, world.now)

        cancelled = await store.inbox.run(world.workspace_id, mine.id)
        kept = await store.inbox.run(world.workspace_id, other.id)
        assert cancelled is not None
        assert kept is not None
        assert (cancelled.state, kept.state) == ("cancelled", "waiting")
        assert await store.flows.version(version.id) == version
        assert await store.flows.flow(world.workspace_id, flow.id) is None

    async def test_drops_its_schedules(self, store: Store, world: World) -> None:
        flow = new_flow(world)
        await store.flows.create(flow)
        await store.schedules.replace(world.workspace_id, flow.id, [world.schedule(flow.id)])
        await store.flows.delete(world.workspace_id, flow.id, world.now)
        assert await store.schedules.next_due() is None

    async def test_answers_whether_there_was_one(self, store: Store, world: World, another) -> None:
        other = await another()
        flow = new_flow(world)
        await store.flows.create(flow)
        assert not await store.flows.delete(other.workspace_id, flow.id, world.now)
        assert await store.flows.delete(world.workspace_id, flow.id, world.now)
        assert not await store.flows.delete(world.workspace_id, flow.id, world.now)

    async def test_a_handling_under_way_cannot_revive_a_cancelled_run(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        flow = new_flow(world)
        await store.flows.create(flow)
        run = world.run(conversation, flow_id=flow.id)
        assert await world.change(conversation, runs=[run])
        await world.arrive("maria")
        work = (await world.claim())[0]
        await store.flows.delete(world.workspace_id, flow.id, world.now)
        moved = dataclasses.replace(work.waiting_runs[0], rev=1)
        assert not await world.store_one(world.handled(work, runs=[moved]))


class TestVersions:
    async def test_page_newest_first_whole(self, store: Store, world: World) -> None:
        flow, versions = await _published(store, world, 5)
        first = await store.flows.versions(world.workspace_id, flow.id, limit=2, cursor=None)
        second = await store.flows.versions(world.workspace_id, flow.id, limit=2, cursor=first.next_cursor)
        third = await store.flows.versions(world.workspace_id, flow.id, limit=2, cursor=second.next_cursor)
        assert first.data + second.data + third.data == versions[::-1]
        assert third.next_cursor is None

    async def test_are_found_by_number(self, store: Store, world: World) -> None:
        flow, versions = await _published(store, world, 2)
        assert await store.flows.version_by_number(world.workspace_id, flow.id, 1) == versions[0]
        assert await store.flows.version_by_number(world.workspace_id, flow.id, 3) is None

    async def test_of_a_deleted_flow_stay(self, store: Store, world: World) -> None:
        flow, versions = await _published(store, world, 1)
        await store.flows.delete(world.workspace_id, flow.id, world.now)
        assert (await store.flows.versions(world.workspace_id, flow.id, limit=9, cursor=None)).data == versions

    async def test_a_cursor_nobody_made_is_refused(self, store: Store, world: World) -> None:
        for cursor in ("x", "%%%", "bm8", "OTk5OTk5OTk5OTk5OTk5OTk5OTk6eA"):
            with pytest.raises(BadRequest):
                await store.flows.versions(world.workspace_id, "flow_1", limit=2, cursor=cursor)


async def _published(store: Store, world: World, count: int) -> tuple[r.Flow, list[r.FlowVersion]]:
    """A flow with so many versions, each with its author and note."""
    flow = new_flow(world)
    await store.flows.create(flow)
    numbers = range(1, count + 1)
    versions = [
        dataclasses.replace(new_version(flow, number), author_id=world.user.id, note=f"Note {number}")
        for number in numbers
    ]
    for version in versions:
        assert await store.flows.publish(flow, version) == "saved"
    return flow, versions


class TestList:
    async def test_pages_newest_change_first(self, store: Store, world: World) -> None:
        flows = [new_flow(world, f"Flow {i}", updated_at=world.now + HOUR * i) for i in range(5)]
        for flow in flows:
            await store.flows.create(flow)
        first = await _page(store, world, 2, None)
        await store.flows.create(new_flow(world, "Newest", updated_at=world.now + HOUR * 9))
        second = await _page(store, world, 2, first.next_cursor)
        third = await _page(store, world, 2, second.next_cursor)
        names = [flow.name for page in (first, second, third) for flow in page.data]
        assert names == ["Flow 4", "Flow 3", "Flow 2", "Flow 1", "Flow 0"]
        assert third.next_cursor is None

    async def test_filters_by_status_and_category(self, store: Store, world: World) -> None:
        await store.flows.create(new_flow(world, "A", category="sales"))
        await store.flows.create(new_flow(world, "B", category="care"))
        await store.flows.create(new_flow(world, "C", category="care", status="archived"))
        care = await store.flows.flows(world.workspace_id, status=None, category="care", limit=9, cursor=None)
        assert {flow.name for flow in care.data} == {"B", "C"}
        drafts = await store.flows.flows(world.workspace_id, status="draft", category="care", limit=9, cursor=None)
        assert [flow.name for flow in drafts.data] == ["B"]

    async def test_a_cursor_nobody_made_is_refused(self, store: Store, world: World) -> None:
        for cursor in ("x", "%%%", "OTk5OTk5OTk5OTk5OTk5OTk5OTk6eA"):
            with pytest.raises(BadRequest):
                await _page(store, world, 2, cursor)


async def _page(store: Store, world: World, limit: int, cursor: str | None) -> r.Page[r.Flow]:
    return await store.flows.flows(world.workspace_id, status=None, category=None, limit=limit, cursor=cursor)
