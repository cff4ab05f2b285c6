"""Versions of a flow: who published what and when, how two differ, and the way back."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from typing import Any

import pytest

from instantchat.errors import AppError, Forbidden, Invalid, NotFound
from instantchat.features.auth.member import Member
from instantchat.features.flows import schemas as s
from instantchat.features.flows.history import HistoryService
from instantchat.features.flows.service import FlowService
from instantchat.features.flows.transfer import TransferService
from instantchat.kit.clock import ManualClock
from instantchat.kit.ids import new_id
from instantchat.store import records as r
from instantchat.store.ports import Store

SECRET = "sesame-9034"
TRIGGER = {"id": "t", "type": "triggerNode", "data": {"triggers": [{"type": "keyword", "keywords": ["price"]}]}}
EDGE = {"id": "e", "source": "t", "sourceHandle": "next", "target": "m"}
CALL = {
    "id": "c",
    "type": "actionNode",
    "data": {"action": "api_call", "endpoint": "https://e.example", "headers": {"Authorization": SECRET}},
}


def say(content: Any) -> dict[str, Any]:
    return {"id": "m", "type": "messageNode", "position": {"x": 300, "y": 0}, "data": {"content": content}}


def body(content: str, *more: dict[str, Any], **changes: Any) -> s.SaveFlow:
    return s.SaveFlow.model_validate(
        {"name": "Prices", "nodes": [TRIGGER, say(content), *more], "edges": [EDGE], **changes}
    )


@pytest.fixture
def flows(store: Store, clock: ManualClock, publisher: Any) -> FlowService:
    return FlowService(store, clock, publisher)


@pytest.fixture
def history(store: Store, flows: FlowService) -> HistoryService:
    return HistoryService(store, flows)


async def publish(flows: FlowService, member: Member, *contents: str) -> str:
    flow_id = ""
    for number, content in enumerate(contents, 1):
        flow_id = (await flows.save(member, body(content))).flow.id
        await flows.activate(member, flow_id, f"note {number}")
    return flow_id


async def refused(call: Awaitable[Any], kind: type[AppError], code: str) -> AppError:
    with pytest.raises(kind) as caught:
        await call
    assert (caught.value.code, caught.value.message[-1]) == (code, ".")
    return caught.value


class TestVersions:
    async def test_newest_first_with_note_author_and_what_they_changed(
        self, flows: FlowService, history: HistoryService, ann: Member, clock: ManualClock
    ) -> None:
        flow_id = await publish(flows, ann, "5 euro", "6 euro", "7 euro")
        page = await history.versions(ann, flow_id, limit=2)
        rest = await history.versions(ann, flow_id, limit=2, cursor=page.next_cursor)
        found = [*page.data, *rest.data]
        assert [(each.number, each.note, each.summary, each.is_live) for each in found] == [
            (3, "note 3", "1 node changed", True),
            (2, "note 2", "1 node changed", False),
            (1, "note 1", "first version", False),
        ]
        assert found[0].wire()["author"] == {"id": ann.user_id, "name": "Ann"}
        assert (found[0].name, found[0].created_at, rest.next_cursor) == ("Prices", clock.now(), None)

    async def test_none_is_live_once_the_flow_is_off(
        self, flows: FlowService, history: HistoryService, ann: Member
    ) -> None:
        flow_id = await publish(flows, ann, "5 euro")
        await flows.deactivate(ann, flow_id)
        assert [each.is_live for each in (await history.versions(ann, flow_id)).data] == [False]
        assert (await history.version(ann, flow_id, "1")).is_live is False

    async def test_a_flow_never_published_has_none(
        self, flows: FlowService, history: HistoryService, ann: Member
    ) -> None:
        flow_id = (await flows.save(ann, body("5 euro"))).flow.id
        assert (await history.versions(ann, flow_id)).data == []
        refusal = await refused(history.diff(ann, flow_id), NotFound, "version_not_found")
        assert refusal.message == "This flow has not been published yet: there is no version to compare with."

    async def test_an_author_who_is_gone_is_nobody(
        self, flows: FlowService, history: HistoryService, ann: Member, store: Store, clock: ManualClock
    ) -> None:
        colleague = r.User(
            id=new_id("usr"),
            workspace_id=ann.workspace_id,
            role="admin",
            name="Cy",
            email="cy@example.com",
            password_hash="x",
            avatar_url=None,
            created_at=clock.now(),
        )
        assert await store.members.create_user(colleague, "ignored")
        cy = Member(colleague.id, ann.workspace_id, "admin", "Cy", colleague.email, "ses_2")
        flow_id = await publish(flows, cy, "5 euro")
        assert (await history.version(ann, flow_id, "1")).author is not None
        await store.members.delete_user(cy.user_id)
        assert [each.author for each in (await history.versions(ann, flow_id)).data] == [None]

    async def test_one_with_its_graph(self, flows: FlowService, history: HistoryService, ann: Member) -> None:
        flow_id = await publish(flows, ann, "5 euro", "6 euro")
        version = await history.version(ann, flow_id, "1")
        assert (version.number, version.nodes[1]["data"]["content"], version.edges) == (1, "5 euro", [EDGE])
        for unknown in ("3", "0", "-1", "draft", "", "x", "9" * 40, "²", "1.0"):
            await refused(history.version(ann, flow_id, unknown), NotFound, "version_not_found")


class TestDiff:
    async def test_of_any_two(self, flows: FlowService, history: HistoryService, ann: Member) -> None:
        flow_id = await publish(flows, ann, "5 euro", "6 euro")
        note = {"id": "n", "type": "noteNode", "data": {"text": "May"}}
        await flows.save(ann, body("7 euro", note, edges=[]))
        assert (await history.diff(ann, flow_id, "1", "2")).wire()["nodes"]["changed"] == [
            {
                "id": "m",
                "type": "messageNode",
                "label": "6 euro",
                "fields": [{"field": "content", "before": "5 euro", "after": "6 euro"}],
            }
        ]
        found = (await history.diff(ann, flow_id)).wire()
        assert (found["from"], found["to"]) == ("2", "draft")
        assert found["summary"] == "1 node added, 1 node changed, 1 edge removed"
        assert found["nodes"]["added"] == [{"id": "n", "type": "noteNode", "label": "May"}]
        assert found["edges"]["removed"] == [
            {
                "id": "e",
                "source": "t",
                "sourceLabel": "Keyword: price",
                "exit": "next",
                "exitLabel": "Next",
                "target": "m",
                "targetLabel": "6 euro",
            }
        ]
        back = await history.diff(ann, flow_id, "draft", "2")
        assert back.summary == "1 node removed, 1 node changed, 1 edge added"
        await refused(history.diff(ann, flow_id, "1", "9"), NotFound, "version_not_found")


class TestRestore:
    async def test_the_draft_becomes_the_version_and_what_runs_goes_on(
        self, flows: FlowService, history: HistoryService, ann: Member, store: Store, publisher: Any
    ) -> None:
        flow_id = await publish(flows, ann, "5 euro", "6 euro")
        await flows.rename(ann, flow_id, "Costs")
        await flows.save(ann, body("7 euro", id=flow_id, name=None, priority=4))
        before = (await flows.get(ann, flow_id)).flow
        publisher.kinds()
        restored = await history.restore(ann, flow_id, "1")
        assert restored.flow.graph["nodes"][1]["data"]["content"] == "5 euro"
        assert restored.flow.revision == before.revision + 1
        assert (restored.flow.name, restored.flow.priority, restored.flow.status) == ("Costs", 4, "active")
        assert (restored.flow.published_version, restored.has_unpublished_changes) == (2, True)
        assert publisher.kinds() == ["flow"]
        (head,) = (await store.flows.active_heads([ann.workspace_id]))[ann.workspace_id]
        running = await store.flows.version(head.version_id)
        assert running is not None and running.graph["nodes"][1]["data"]["content"] == "6 euro"
        undone = await history.restore(ann, flow_id, "2")
        assert not undone.has_unpublished_changes

    async def test_one_that_is_malformed_by_todays_rules_is_refused_with_the_findings(
        self, flows: FlowService, history: HistoryService, ann: Member, store: Store, clock: ManualClock
    ) -> None:
        flow = (await flows.save(ann, body("5 euro"))).flow
        graph = {"nodes": [TRIGGER, say(5)], "edges": [EDGE], "viewport": {"x": 0, "y": 0, "zoom": 1}}
        old = r.FlowVersion(new_id("ver"), flow.id, flow.workspace_id, 1, "Prices", graph, None, "", clock.now())
        assert await store.flows.publish(flow, old) == "saved"
        refusal = await refused(history.restore(ann, flow.id, "1"), Invalid, "flow_malformed")
        assert [(error.code, error.node_id) for error in refusal.errors] == [("wrong_type", "m")]
        assert (await flows.get(ann, flow.id)).flow.revision == 1

    async def test_one_written_earlier_comes_back_as_it_is_written_today(
        self, flows: FlowService, history: HistoryService, ann: Member, store: Store, clock: ManualClock
    ) -> None:
        flow = (await flows.save(ann, body("5 euro"))).flow
        delay = {"id": "d", "type": "delayNode", "data": {"until": {"time": "09:00", "weekdays": ["Monday"]}}}
        graph = {"nodes": [delay], "edges": [], "viewport": {"x": 0, "y": 0, "zoom": 1}}
        old = r.FlowVersion(new_id("ver"), flow.id, flow.workspace_id, 1, "Prices", graph, None, "", clock.now())
        assert await store.flows.publish(flow, old) == "saved"
        assert (await history.version(ann, flow.id, "1")).nodes[0]["data"]["until"]["weekdays"] == ["mon"]
        restored = await history.restore(ann, flow.id, "1")
        assert restored.flow.graph["nodes"][0]["data"]["until"]["weekdays"] == ["mon"]
        assert not restored.has_unpublished_changes


class TestWhoMay:
    async def test_another_workspace_finds_no_flow(
        self, flows: FlowService, history: HistoryService, ann: Member, bob: Member
    ) -> None:
        flow_id = await publish(flows, ann, "5 euro")
        await refused(history.versions(bob, flow_id), NotFound, "flow_not_found")
        await refused(history.version(bob, flow_id, "1"), NotFound, "flow_not_found")
        await refused(history.diff(bob, flow_id, "1", "draft"), NotFound, "flow_not_found")
        await refused(history.restore(bob, flow_id, "1"), NotFound, "flow_not_found")

    @pytest.mark.parametrize("role", ["viewer", "agent"])
    async def test_secrets_are_for_those_who_may_edit(
        self, flows: FlowService, history: HistoryService, ann: Member, store: Store, role: r.Role
    ) -> None:
        flow_id = (await flows.save(ann, body("5 euro", CALL))).flow.id
        await flows.activate(ann, flow_id)
        other = {**CALL, "data": {**CALL["data"], "headers": {"Authorization": f"{SECRET}-2"}}}
        await flows.save(ann, body("5 euro", other))
        reader = Member("usr_v", ann.workspace_id, role, "Vic", "vic@example.com", "ses_3")
        shown = [
            (await flows.get(reader, flow_id)).out().wire(),
            (await flows.by_name(reader, "Prices")).out().wire(),
            [view.flow.graph for view in (await flows.list_flows(reader)).data],
            (await history.version(reader, flow_id, "1")).wire(),
            [each.wire() for each in (await history.versions(reader, flow_id)).data],
            (await history.diff(reader, flow_id)).wire(),
            (await history.diff(ann, flow_id)).wire(),
            (await TransferService(store, flows).export(reader, flow_id)).wire(),
            (await TransferService(store, flows).export(ann, flow_id)).wire(),
        ]
        assert [SECRET in json.dumps(each) for each in shown] == [False] * len(shown)
        assert (await history.diff(reader, flow_id)).nodes.changed[0].fields[0].wire() == {
            "field": "headers.Authorization",
            "before": "•••",
            "after": "•••",
        }
        assert (await flows.get(reader, flow_id)).has_unpublished_changes
        assert SECRET in json.dumps((await history.version(ann, flow_id, "1")).wire())
        assert SECRET in json.dumps((await flows.get(ann, flow_id)).out().wire())
        await refused(history.restore(reader, flow_id, "1"), Forbidden, "role_required")
