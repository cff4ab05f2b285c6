"""Any JSON at all, at every door that takes a flow or something to try one with: an answer or a clean refusal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instantchat.api.app import build_api
from instantchat.assembly import Assembly, build
from instantchat.config import Settings
from instantchat.kit.clock import ManualClock
from instantchat.store.connect import open_store
from tests.engine.test_engine_properties import GRAPHS, JSON
from tests.features.flows.mutations import UNSTORABLE
from tests.support.app import PASSWORD
from tests.support.scale import FUZZ_EXAMPLES, part_of

Json = dict[str, Any]
GRAPH = {"nodes": [{"id": "t", "type": "triggerNode", "data": {"triggers": [{"type": "api"}]}}], "edges": []}
NOTE = {"op": "upsertNode", "node": {"id": "n", "type": "noteNode", "data": {"text": "x"}}}
DOORS: dict[str, Json] = {  # with a body that each takes
    "save": {"name": "Other", **GRAPH, "baseRevision": None, "viewport": None, "category": "x", "priority": 1},
    "validate": {"id": None, **GRAPH},
    "import": {"formatVersion": None, "name": "Other", **GRAPH, "references": None, "reentry": None},
    "{id}": {"baseRevision": 1, "ops": [NOTE]},
    "{id}/test": {"messages": [{"text": "x"}], "contact": {}, "variables": {"x": 1}, "responses": {}, "until": None},
    "{id}/replay": {"limit": 5},
    "{id}/trigger": {"recipientId": "901", "accountId": None, "variables": {"x": 1}, "idempotencyKey": "x"},
    "{id}/activate": {"note": "x"},
}
SANE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abx"), inner, max_size=4),
)
SOME = SANE | st.sampled_from(["Prices", "{{x}}", "\u202e", "2026-01-05T12:00:00Z", [NOTE], -1, 10**30, *UNSTORABLE])
MESSAGES = st.lists(
    st.dictionaries(st.sampled_from(["text", "payload", "kind", "at", "refs", "attachments"]), SOME, max_size=3),
    min_size=1,
    max_size=2,
)
OPS = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["upsertNode", "removeNode", "upsertEdge", "removeEdge", "setViewport"])},
        optional={"node": SOME, "edge": SOME, "id": SOME, "viewport": SOME},
    ),
    max_size=3,
)


def bodies(door: str) -> st.SearchStrategy[Any]:
    """What the door takes with some of it changed, flows of all kinds in it, or anything."""
    taken = DOORS[door]
    changed = st.dictionaries(st.sampled_from(sorted(taken)), SOME, max_size=2)
    if "ops" in taken:
        changed |= st.fixed_dictionaries({"ops": OPS})
    if "messages" in taken:
        changed |= st.fixed_dictionaries({"messages": MESSAGES})
    if "nodes" in taken:
        changed |= GRAPHS
    return JSON | changed.map(lambda changes: {**taken, **changes})


class Doors:
    """The whole API over a new database, with one flow stored; requests run in a loop of their own."""

    def __init__(self, runner: asyncio.Runner, folder: Path) -> None:
        self.run = runner.run
        self.assembly = self.run(self._built(folder))
        transport = httpx.ASGITransport(app=build_api(self.assembly))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://localhost:3000")
        account = {"email": "ada@example.com", "password": PASSWORD}
        answer = self.run(self.http.post("/api/auth/signup", json=account))
        self.headers = {"Authorization": f"Bearer {answer.json()['token']}", "Content-Type": "application/json"}
        self.flow_id = self.send("save", {"name": "Prices", **GRAPH}).json()["id"]
        assert self.send("{id}/activate", {}).status_code == 200

    def send(self, door: str, body: Any) -> httpx.Response:
        method = "PATCH" if door == "{id}" else "POST"
        path = f"/api/flow/{door.replace('{id}', self.flow_id if '{id}' in door else '')}"
        return self.run(self.http.request(method, path, content=json.dumps(body), headers=self.headers))

    @staticmethod
    async def _built(folder: Path) -> Assembly:
        configured = Settings(data_dir=folder, simulator=False, rate_limit_api="1000000/60")
        store = open_store(configured.storage_url, clock=ManualClock())
        await store.start()
        return build(configured, store, ManualClock(), worker=False)


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with asyncio.Runner() as runner:
        doors = Doors(runner, tmp_path_factory.mktemp("doors"))
        yield doors
        runner.run(doors.assembly.close())


@pytest.mark.parametrize("door", list(DOORS))
def test_is_answered_or_cleanly_refused(doors: Doors, door: str) -> None:
    @settings(max_examples=max(20, part_of(FUZZ_EXAMPLES) // 4), deadline=None, suppress_health_check=list(HealthCheck))
    @given(bodies(door))
    def check(body: Any) -> None:
        answer = doors.send(door, body)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.json()["code"] and answer.json()["detail"]

    check()


@pytest.mark.parametrize("door", list(DOORS))
@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"null", b"NaN", b'{"nodes": NaN}', b'{"name": "\\u0000"}', b'{"name": "\\ud800"}', b"\xff",
     b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b'{"limit": ' + b"9" * 5_000 + b"}"],
    ids=lambda raw: repr(raw[:20]),
)  # fmt: skip
def test_what_is_no_json_or_no_sane_json(doors: Doors, door: str, raw: bytes) -> None:
    path = f"/api/flow/{door.replace('{id}', doors.flow_id)}"
    method = "PATCH" if door == "{id}" else "POST"
    answer = doors.run(doors.http.request(method, path, content=raw, headers=doors.headers))
    assert answer.status_code < 500, answer.text
    assert answer.status_code < 400 or answer.json()["code"]
