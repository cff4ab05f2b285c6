from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from instantchat.features.auth.member import Member
from instantchat.features.flows.api import build_router
from instantchat.features.flows.history import HistoryService
from instantchat.features.flows.service import FlowService
from instantchat.features.flows.starting import StartingService
from instantchat.features.flows.transfer import TransferService
from instantchat.kit.clock import ManualClock
from instantchat.store.ports import Store
from tests.features.web import as_, client

GRAPH: dict[str, Any] = {
    "nodes": [
        {
            "id": "t",
            "type": "triggerNode",
            "position": {"x": 0, "y": 0},
            "data": {"triggers": [{"type": "keyword", "keywords": ["price"]}]},
        },
        {"id": "m", "type": "messageNode", "position": {"x": 300, "y": 0}, "data": {"content": "5 euro"}},
    ],
    "edges": [{"id": "e", "source": "t", "sourceHandle": "next", "target": "m"}],
}


@pytest.fixture
def web(store: Store, clock: ManualClock, publisher: Any, ann: Member, bob: Member) -> httpx.AsyncClient:
    flows = FlowService(store, clock, publisher)
    assembly: Any = SimpleNamespace(
        flows=flows,
        transfer=TransferService(store, flows),
        starting=StartingService(store, clock, lambda: None),
        history=HistoryService(store, flows),
    )
    return client(build_router(assembly), clock, ann=ann, bob=bob)


async def save(web: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await web.post("/api/flow/save", json={"name": "Prices", **GRAPH, **changes}, headers=as_("ann"))


class TestSave:
    async def test_201_then_200(self, web: httpx.AsyncClient) -> None:
        first, second = await save(web), await save(web)
        assert (first.status_code, second.status_code) == (201, 200)
        assert set(first.json()) == {
            "id",
            "name",
            "category",
            "status",
            "priority",
            "reentry",
            "nodes",
            "edges",
            "viewport",
            "revision",
            "publishedVersion",
            "hasUnpublishedChanges",
            "createdAt",
            "updatedAt",
            "issues",
        }
        assert first.json()["nodes"] == GRAPH["nodes"]
        assert second.json()["revision"] == 2

    async def test_refusals_are_problems(self, web: httpx.AsyncClient) -> None:
        await save(web)
        await save(web)
        stale = await save(web, baseRevision=1, nodes=[GRAPH["nodes"][0]], edges=[])
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_revision")
        assert stale.json()["errors"][0]["nodeId"] == "m"
        dangling = await save(web, edges=[{"id": "e", "source": "t", "target": "gone"}])
        assert (dangling.status_code, dangling.json()["code"]) == (422, "flow_malformed")
        assert dangling.json()["errors"][0] | {"message": ""} == {
            "code": "dangling_edge",
            "nodeId": "t",
            "field": "edges.0.target",
            "message": "",
        }
        nameless = await save(web, name="")
        assert (nameless.status_code, nameless.json()["errors"][0]["field"]) == (422, "name")

    async def test_needs_somebody(self, web: httpx.AsyncClient) -> None:
        assert (await web.post("/api/flow/save", json={"name": "x"})).status_code == 401


class TestTheOtherRoutes:
    async def test_a_flow_through_its_life(self, web: httpx.AsyncClient) -> None:
        flow_id = (await save(web, name="Price / list", category="sales")).json()["id"]
        got = await web.get("/api/flow/get/price%20%2F%20LIST", headers=as_("ann"))
        assert got.json()["id"] == flow_id
        url = f"/api/flow/{flow_id}"
        active = await web.post(f"{url}/activate", headers=as_("ann"))
        assert (active.json()["status"], active.json()["publishedVersion"]) == ("active", 1)
        listed = await web.get("/api/flow/user?status=active&category=sales", headers=as_("ann"))
        assert ([each["id"] for each in listed.json()["data"]], listed.json()["nextCursor"]) == ([flow_id], None)
        assert (await web.post(f"{url}/deactivate", headers=as_("ann"))).json()["status"] == "draft"
        assert (await web.post(f"{url}/archive", headers=as_("ann"))).json()["status"] == "archived"
        renamed = await web.post(f"{url}/rename", json={"name": "Costs"}, headers=as_("ann"))
        assert renamed.json()["name"] == "Costs"
        copy = await web.post(f"{url}/duplicate", headers=as_("ann"))
        assert (copy.status_code, copy.json()["name"]) == (201, "Copy of Costs")
        file = await web.get(f"{url}/export", headers=as_("ann"))
        imported = await web.post("/api/flow/import", json=file.json(), headers=as_("bob"))
        assert (imported.status_code, imported.json()["unresolved"]) == (201, [])
        assert (await web.delete(url, headers=as_("ann"))).status_code == 204
        assert (await web.delete(url, headers=as_("ann"))).json()["code"] == "flow_not_found"

    async def test_patch(self, web: httpx.AsyncClient) -> None:
        url = f"/api/flow/{(await save(web)).json()['id']}"
        body = {"baseRevision": 1, "ops": [{"op": "removeNode", "id": "m"}]}
        changed = await web.patch(url, json=body, headers=as_("ann"))
        assert (changed.json()["revision"], changed.json()["edges"]) == (2, [])
        assert (await web.patch(url, json=body, headers=as_("ann"))).json()["code"] == "stale_revision"
        unknown = await web.patch(url, json={"baseRevision": 2, "ops": [{"op": "explode"}]}, headers=as_("ann"))
        assert unknown.status_code == 422

    async def test_validate(self, web: httpx.AsyncClient) -> None:
        good = await web.post("/api/flow/validate", json=GRAPH, headers=as_("ann"))
        assert good.json()["valid"] is True
        bad = await web.post("/api/flow/validate", json={**GRAPH, "nodes": [{"id": "x"}]}, headers=as_("ann"))
        assert (bad.status_code, bad.json()["valid"]) == (200, False)

    async def test_nodes(self, web: httpx.AsyncClient) -> None:
        schemas = (await web.get("/api/nodes", headers=as_("ann"))).json()["data"]
        types = {schema["type"] for schema in schemas}
        assert types >= {"triggerNode", "messageNode", "conditionNode", "actionNode", "delayNode"}

    async def test_versions(self, web: httpx.AsyncClient, ann: Member) -> None:
        url = f"/api/flow/{(await save(web)).json()['id']}"
        noted = await web.post(f"{url}/activate", json={"note": " First prices\n"}, headers=as_("ann"))
        assert noted.status_code == 200
        await save(web, nodes=GRAPH["nodes"][:1], edges=[])
        await web.post(f"{url}/activate", headers=as_("ann"))
        listed = (await web.get(f"{url}/versions?limit=1", headers=as_("ann"))).json()
        assert [(each["number"], each["note"], each["isLive"]) for each in listed["data"]] == [(2, "", True)]
        rest = await web.get(f"{url}/versions?cursor={listed['nextCursor']}", headers=as_("ann"))
        (first,) = rest.json()["data"]
        assert first.pop("createdAt").endswith("Z")
        assert first == {
            "number": 1,
            "name": "Prices",
            "note": "First prices",
            "author": {"id": ann.user_id, "name": "Ann"},
            "isLive": False,
            "summary": "first version",
        }
        one = (await web.get(f"{url}/versions/1", headers=as_("ann"))).json()
        assert (one["nodes"], one["edges"]) == (GRAPH["nodes"], GRAPH["edges"])
        diff = (await web.get(f"{url}/diff?from=1&to=2", headers=as_("ann"))).json()
        assert (diff["from"], diff["to"], diff["summary"]) == ("1", "2", "1 node removed, 1 edge removed")
        assert diff["nodes"]["removed"] == [{"id": "m", "type": "messageNode", "label": "5 euro"}]
        assert (await web.get(f"{url}/diff", headers=as_("ann"))).json()["summary"] == "no difference beyond positions"
        restored = (await web.post(f"{url}/restore/1", headers=as_("ann"))).json()
        assert (restored["nodes"], restored["hasUnpublishedChanges"]) == (GRAPH["nodes"], True)

    async def test_versions_that_are_not_there(self, web: httpx.AsyncClient) -> None:
        url = f"/api/flow/{(await save(web)).json()['id']}"
        for path in ("/versions/1", "/versions/x", "/diff", "/diff?from=1", "/diff?from=draft&to=99999999999999999999"):
            answer = await web.get(url + path, headers=as_("ann"))
            assert (answer.status_code, answer.json()["code"]) == (404, "version_not_found"), path
        missing = await web.post(f"{url}/restore/0", headers=as_("ann"))
        assert (missing.status_code, missing.json()["code"]) == (404, "version_not_found")
        for path in ("versions", "versions/1", "diff"):
            answer = await web.get(f"/api/flow/flow_none/{path}", headers=as_("ann"))
            assert (answer.status_code, answer.json()["code"]) == (404, "flow_not_found"), path

    @pytest.mark.parametrize("note", ["x" * 501, "a\x00b", 5])
    async def test_a_note_that_cannot_be_kept(self, web: httpx.AsyncClient, note: Any) -> None:
        url = f"/api/flow/{(await save(web)).json()['id']}"
        assert (await web.post(f"{url}/activate", json={"note": note}, headers=as_("ann"))).status_code == 422
        assert (await web.get(f"{url}/versions", headers=as_("ann"))).json()["data"] == []

    @pytest.mark.parametrize(
        "body",
        [
            "[]",
            "null",
            '"text"',
            "{",
            "[" * 100_000,
            '{"name": "\\ud800"}',
            '{"category": "a\\u0000"}',
            '{"nodes": NaN}',
            '{"nodes": [{"id": "a", "type": "noteNode", "data": {"text": 1e999}}]}',
            '{"formatVersion": 1e999}',
            '{"formatVersion": 99999999999999999999999}',
            '{"references": {"flows": []}}',
            '{"nodes": [' + '{"id": "a", "type": "noteNode", "data": ' + '{"text": ' * 500 + "1" + "}" * 500 + "}]}",
        ],
        ids=lambda body: body[:40],
    )
    async def test_anything_may_be_given_to_import(self, web: httpx.AsyncClient, body: str) -> None:
        headers = {**as_("ann"), "Content-Type": "application/json"}
        answer = await web.post("/api/flow/import", content=body, headers=headers)
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["code"]
        assert (await web.get("/api/flow/user", headers=as_("ann"))).json()["data"] == []

    async def test_another_workspace(self, web: httpx.AsyncClient) -> None:
        flow_id = (await save(web)).json()["id"]
        assert (await web.get("/api/flow/get/Prices", headers=as_("bob"))).status_code == 404
        assert (await web.post(f"/api/flow/{flow_id}/activate", headers=as_("bob"))).status_code == 404
        assert (await web.get("/api/flow/user", headers=as_("bob"))).json()["data"] == []
