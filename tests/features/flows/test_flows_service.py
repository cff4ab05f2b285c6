from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from instantchat.errors import AppError, Conflict, Forbidden, Invalid, NotFound, TooLarge
from instantchat.features.auth.member import Member
from instantchat.features.flows import schemas as s
from instantchat.features.flows.service import FlowService
from instantchat.features.flows.view import StaleRevision
from instantchat.kit.clock import ManualClock
from instantchat.store.ports import Store

TRIGGER = {
    "id": "t",
    "type": "triggerNode",
    "position": {"x": 0, "y": 0},
    "data": {"triggers": [{"type": "keyword", "keywords": ["price"]}]},
}
MESSAGE = {"id": "m", "type": "messageNode", "position": {"x": 300, "y": 0}, "data": {"content": "It is 5 euro."}}
EDGE = {"id": "e", "source": "t", "sourceHandle": "next", "target": "m"}


def body(**changes: Any) -> s.SaveFlow:
    return s.SaveFlow.model_validate({"name": "Prices", "nodes": [TRIGGER, MESSAGE], "edges": [EDGE], **changes})


def patch(revision: int, *ops: dict[str, Any]) -> s.PatchFlow:
    return s.PatchFlow.model_validate({"baseRevision": revision, "ops": list(ops)})


async def refused(call: Awaitable[Any], kind: type[AppError], code: str) -> AppError:
    with pytest.raises(kind) as caught:
        await call
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    return caught.value


@pytest.fixture
def flows(store: Store, clock: ManualClock, publisher: Any) -> FlowService:
    return FlowService(store, clock, publisher)


class TestSave:
    async def test_a_new_name_makes_a_draft(self, flows: FlowService, ann: Member, publisher: Any) -> None:
        saved = await flows.save(ann, body(category="sales", priority=3))
        assert saved.created
        assert (saved.flow.status, saved.flow.revision, saved.flow.published_version) == ("draft", 1, None)
        assert (saved.flow.category, saved.flow.priority, saved.flow.reentry) == ("sales", 3, {"mode": "always"})
        assert publisher.kinds() == ["flow"]

    async def test_a_known_name_in_any_case_changes_that_flow(self, flows: FlowService, ann: Member) -> None:
        first = await flows.save(ann, body(category="sales"))
        second = await flows.save(ann, body(name="PRICES", nodes=[TRIGGER], edges=[]))
        assert not second.created
        assert (second.flow.id, second.flow.revision, second.flow.name) == (first.flow.id, 2, "PRICES")
        assert second.flow.category == "sales"
        assert [node["id"] for node in (await flows.get(ann, first.flow.id)).flow.graph["nodes"]] == ["t"]

    async def test_an_id_may_bring_a_new_name(self, flows: FlowService, ann: Member) -> None:
        first = await flows.save(ann, body())
        second = await flows.save(ann, body(id=first.flow.id, name="Costs"))
        assert (second.flow.id, second.flow.name) == (first.flow.id, "Costs")

    async def test_an_id_may_not_take_the_name_of_another(self, flows: FlowService, ann: Member) -> None:
        await flows.save(ann, body())
        other = await flows.save(ann, body(name="Costs"))
        await refused(flows.save(ann, body(id=other.flow.id, name="prices")), Conflict, "flow_name_taken")

    async def test_a_status_in_the_body_is_ignored(self, flows: FlowService, ann: Member) -> None:
        assert (await flows.save(ann, body(status="active"))).flow.status == "draft"

    async def test_an_incomplete_flow_is_stored_with_issues(self, flows: FlowService, ann: Member) -> None:
        empty = {**MESSAGE, "data": {"content": ""}}
        saved = await flows.save(ann, body(nodes=[TRIGGER, empty]))
        assert {(issue.node_id, issue.severity) for issue in saved.issues} >= {("m", "error")}
        assert saved.out().wire()["issues"][0]["nodeId"] == "m"
        assert len((await flows.get(ann, saved.flow.id)).issues) == len(saved.issues)

    @pytest.mark.parametrize(
        ("changes", "node_id"),
        [
            ({"nodes": [TRIGGER, {**MESSAGE, "type": "nonsense"}]}, "m"),
            ({"edges": [{**EDGE, "target": "gone"}]}, "t"),
            ({"edges": [EDGE, {**EDGE, "id": "e2"}]}, "t"),
            ({"nodes": [TRIGGER, {**MESSAGE, "data": {"content": 5}}]}, "m"),
            ({"nodes": [TRIGGER, {**MESSAGE, "note": "a\x00b"}]}, "m"),
            ({"nodes": "no list"}, None),
            ({"viewport": {"x": 0}}, None),
            ({"viewport": {"x": 0, "y": 0, "zoom": float("nan")}}, None),
            ({"edges": [{**EDGE, "id": 5}]}, None),
        ],
    )
    async def test_a_malformed_flow_is_refused_naming_the_node(
        self, flows: FlowService, ann: Member, changes: dict[str, Any], node_id: str | None
    ) -> None:
        refusal = await refused(flows.save(ann, body(**changes)), Invalid, "flow_malformed")
        assert refusal.errors[0].node_id == node_id
        assert (await flows.list_flows(ann)).data == []

    async def test_limits_are_refused(self, flows: FlowService, ann: Member) -> None:
        many = [{**MESSAGE, "id": f"m{number}"} for number in range(501)]
        await refused(flows.save(ann, body(nodes=many, edges=[])), Invalid, "flow_malformed")
        big = {**MESSAGE, "data": {"content": "x" * 1_000_001}}
        await refused(flows.save(ann, body(nodes=[TRIGGER, big])), TooLarge, "flow_too_large")
        await refused(flows.save(ann, body(name=" ")), Invalid, "flow_name_invalid")

    async def test_an_edge_without_an_id_gets_one(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.save(ann, body(edges=[{"source": "t", "target": "m"}]))
        assert saved.flow.graph["edges"] == [{"source": "t", "target": "m", "id": "t:"}]

    async def test_a_stale_revision_is_refused_with_a_diff(self, flows: FlowService, ann: Member) -> None:
        first = await flows.save(ann, body())
        await flows.save(ann, body(nodes=[TRIGGER], edges=[], baseRevision=1))
        with pytest.raises(StaleRevision) as caught:
            await flows.save(ann, body(baseRevision=1))
        assert caught.value.code == "stale_revision"
        assert (caught.value.revision, [node.id for node in caught.value.diff.nodes_added]) == (2, ["m"])
        assert "1 node added, 1 edge added" in caught.value.message
        assert [(error.code, error.node_id) for error in caught.value.errors] == [
            ("node_added", "m"),
            ("edge_added", None),
        ]
        assert (await flows.get(ann, first.flow.id)).flow.revision == 2

    async def test_many_saves_at_once_lose_nothing_and_make_one_flow(self, flows: FlowService, ann: Member) -> None:
        saved = await asyncio.gather(*(flows.save(ann, body()) for _ in range(4)))
        assert len({each.flow.id for each in saved}) == 1
        assert sorted(each.flow.revision for each in saved) == [1, 2, 3, 4]

    async def test_reentry_is_checked(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.save(ann, body(reentry={"mode": "every", "hours": 6}))
        assert saved.flow.reentry == {"mode": "every", "hours": 6}
        with pytest.raises(ValueError, match="hours is needed"):
            body(reentry={"mode": "every"})


class TestPatch:
    async def test_changes_the_draft_in_order(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.save(ann, body(nodes=[TRIGGER], edges=[]))
        moved = {**TRIGGER, "position": {"x": 9, "y": 9}}
        changed = await flows.patch(
            ann,
            saved.flow.id,
            patch(
                1,
                {"op": "upsertNode", "node": MESSAGE},
                {"op": "upsertEdge", "edge": EDGE},
                {"op": "upsertNode", "node": moved},
                {"op": "setViewport", "viewport": {"x": 1, "y": 2, "zoom": 0.5}},
            ),
        )
        assert changed.flow.revision == 2
        assert changed.flow.graph == {
            "nodes": [moved, MESSAGE],
            "edges": [EDGE],
            "viewport": {"x": 1, "y": 2, "zoom": 0.5},
            "formatVersion": 1,
        }

    async def test_removing_a_node_takes_its_edges(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.save(ann, body())
        ops = patch(1, {"op": "removeNode", "id": "m"}, {"op": "removeEdge", "id": "gone"})
        changed = await flows.patch(ann, saved.flow.id, ops)
        assert (len(changed.flow.graph["nodes"]), changed.flow.graph["edges"]) == (1, [])

    async def test_a_stale_base_is_refused_even_when_it_would_be_malformed(
        self, flows: FlowService, ann: Member
    ) -> None:
        saved = await flows.save(ann, body())
        await flows.patch(ann, saved.flow.id, patch(1, {"op": "removeNode", "id": "m"}))
        with pytest.raises(StaleRevision):
            await flows.patch(ann, saved.flow.id, patch(1, {"op": "upsertEdge", "edge": EDGE}))

    async def test_a_malformed_change_stores_nothing(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.save(ann, body())
        bad = patch(1, {"op": "upsertEdge", "edge": {**EDGE, "id": "e2", "target": "gone"}})
        await refused(flows.patch(ann, saved.flow.id, bad), Invalid, "flow_malformed")
        no_id = patch(1, {"op": "upsertNode", "node": {"type": "messageNode"}})
        await refused(flows.patch(ann, saved.flow.id, no_id), Invalid, "flow_malformed")
        assert (await flows.get(ann, saved.flow.id)).flow.revision == 1


class TestCreateRenameDuplicate:
    async def test_a_new_flow_begins_with_a_trigger_and_a_free_name(self, flows: FlowService, ann: Member) -> None:
        first, second = await flows.create(ann), await flows.create(ann)
        assert (first.flow.name, second.flow.name) == ("Untitled flow", "Untitled flow (2)")
        assert [node["type"] for node in first.flow.graph["nodes"]] == ["triggerNode"]
        assert (await flows.create(ann, "Empty", blank=True)).flow.graph["nodes"] == []
        await refused(flows.create(ann, "empty"), Conflict, "flow_name_taken")

    async def test_renames_unless_taken(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.save(ann, body())
        await flows.save(ann, body(name="Costs"))
        assert (await flows.rename(ann, saved.flow.id, "Price list")).flow.name == "Price list"
        await refused(flows.rename(ann, saved.flow.id, "COSTS"), Conflict, "flow_name_taken")
        await refused(flows.rename(ann, saved.flow.id, ""), Invalid, "flow_name_invalid")

    async def test_a_copy_is_a_draft_of_its_own(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.save(ann, body(category="sales", priority=7))
        await flows.activate(ann, saved.flow.id)
        copies = [await flows.duplicate(ann, saved.flow.id) for _ in range(2)]
        assert [copy.flow.name for copy in copies] == ["Copy of Prices", "Copy of Prices (2)"]
        assert {copy.flow.status for copy in copies} == {"draft"}
        assert (copies[0].flow.graph, copies[0].flow.priority) == (saved.flow.graph, 7)


class TestActivate:
    async def test_publishes_a_version_that_later_edits_leave_alone(
        self, flows: FlowService, ann: Member, store: Store
    ) -> None:
        saved = await flows.save(ann, body())
        active = await flows.activate(ann, saved.flow.id)
        assert (active.flow.status, active.flow.published_version) == ("active", 1)
        assert not active.has_unpublished_changes
        changed = {**MESSAGE, "data": {"content": "It is 6 euro."}}
        edited = await flows.save(ann, body(nodes=[TRIGGER, changed]))
        assert (edited.flow.status, edited.has_unpublished_changes) == ("active", True)
        (head,) = (await store.flows.active_heads([ann.workspace_id]))[ann.workspace_id]
        version = await store.flows.version(head.version_id)
        assert version is not None
        assert version.graph["nodes"][1]["data"]["content"] == "It is 5 euro."

    async def test_again_publishes_the_newest_draft(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.save(ann, body())
        await flows.activate(ann, saved.flow.id)
        assert (await flows.activate(ann, saved.flow.id)).flow.published_version == 1
        await flows.save(ann, body(nodes=[TRIGGER, {**MESSAGE, "data": {"content": "New"}}]))
        again = await flows.activate(ann, saved.flow.id)
        assert (again.flow.published_version, again.has_unpublished_changes) == (2, False)

    async def test_errors_refuse_it(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.create(ann)
        refusal = await refused(flows.activate(ann, saved.flow.id), Invalid, "flow_incomplete")
        assert refusal.errors[0].node_id == "trigger"
        assert (await flows.get(ann, saved.flow.id)).flow.status == "draft"

    async def test_off_and_on_again(self, flows: FlowService, ann: Member, publisher: Any) -> None:
        saved = await flows.save(ann, body())
        await flows.activate(ann, saved.flow.id)
        publisher.kinds()
        assert (await flows.deactivate(ann, saved.flow.id)).flow.status == "draft"
        assert (await flows.archive(ann, saved.flow.id)).flow.status == "archived"
        assert (await flows.activate(ann, saved.flow.id)).flow.status == "active"
        assert publisher.kinds() == ["flow", "flow", "flow"]

    async def test_the_original_format_without_a_trigger_is_activated(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.save(ann, body(nodes=[MESSAGE], edges=[]))
        assert (await flows.activate(ann, saved.flow.id)).flow.status == "active"

    async def test_a_keyword_of_another_active_flow_is_a_warning(self, flows: FlowService, ann: Member) -> None:
        first = await flows.save(ann, body())
        await flows.activate(ann, first.flow.id)
        second = await flows.save(ann, body(name="Costs"))
        assert "keyword_clash" in {issue.code for issue in second.issues}
        assert "keyword_clash" not in {issue.code for issue in (await flows.get(ann, first.flow.id)).issues}


class TestReading:
    async def test_lists_with_filters_and_pages(self, flows: FlowService, ann: Member, clock: ManualClock) -> None:
        for number in range(3):
            clock.advance(1)
            await flows.save(ann, body(name=f"Flow {number}", category="odd" if number % 2 else "even"))
        page = await flows.list_flows(ann, limit=2)
        rest = await flows.list_flows(ann, limit=2, cursor=page.next_cursor)
        assert [view.flow.name for view in [*page.data, *rest.data]] == ["Flow 2", "Flow 1", "Flow 0"]
        assert rest.next_cursor is None
        assert [view.flow.name for view in (await flows.list_flows(ann, category="odd")).data] == ["Flow 1"]
        assert (await flows.list_flows(ann, status="active")).data == []

    async def test_by_name_in_any_case(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.save(ann, body(name="Größe / Preis"))
        assert (await flows.by_name(ann, "GRÖSSE / preis")).flow.id == saved.flow.id

    async def test_validate_stores_nothing_and_tells_malformed_ones_too(self, flows: FlowService, ann: Member) -> None:
        def given(**changes: Any) -> s.ValidateIn:
            return s.ValidateIn.model_validate({"nodes": [TRIGGER, MESSAGE], "edges": [EDGE], **changes})

        assert [each for each in await flows.validate(ann, given()) if each.severity == "error"] == []
        assert (await flows.validate(ann, given(edges=[{**EDGE, "target": "gone"}])))[0].code == "dangling_edge"
        assert (await flows.validate(ann, given(nodes="x")))[0].malformed
        assert (await flows.list_flows(ann)).data == []


class TestDelete:
    async def test_frees_the_name(self, flows: FlowService, ann: Member) -> None:
        saved = await flows.save(ann, body())
        await flows.delete(ann, saved.flow.id)
        await refused(flows.get(ann, saved.flow.id), NotFound, "flow_not_found")
        assert (await flows.save(ann, body())).created


class TestWhoMay:
    async def test_another_workspace_sees_nothing(self, flows: FlowService, ann: Member, bob: Member) -> None:
        flow_id = (await flows.save(ann, body())).flow.id
        calls: list[Callable[[], Awaitable[Any]]] = [
            lambda: flows.get(bob, flow_id),
            lambda: flows.by_name(bob, "Prices"),
            lambda: flows.save(bob, body(id=flow_id)),
            lambda: flows.patch(bob, flow_id, patch(1)),
            lambda: flows.rename(bob, flow_id, "Mine"),
            lambda: flows.duplicate(bob, flow_id),
            lambda: flows.activate(bob, flow_id),
            lambda: flows.deactivate(bob, flow_id),
            lambda: flows.archive(bob, flow_id),
            lambda: flows.delete(bob, flow_id),
            lambda: flows.replace_graph(bob, flow_id, {"nodes": [], "edges": [], "viewport": {}}),
        ]
        for call in calls:
            await refused(call(), NotFound, "flow_not_found")
        assert (await flows.list_flows(bob)).data == []
        assert (await flows.save(bob, body())).created
        assert (await flows.get(ann, flow_id)).flow.revision == 1

    async def test_a_viewer_only_reads(self, flows: FlowService, join: Any, store: Store) -> None:
        viewer = await join("Vic", role="viewer")
        for call in (flows.save(viewer, body()), flows.create(viewer), flows.activate(viewer, "flow_1")):
            await refused(call, Forbidden, "role_required")
        assert (await flows.list_flows(viewer)).data == []
