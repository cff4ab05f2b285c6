"""What a flow was: its published versions, how any two differ, and the way back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from instantchat.engine.diff import diff_graphs
from instantchat.engine.redaction import redact_graph
from instantchat.engine.upgrades import upgrade_stored
from instantchat.features.auth.member import Member
from instantchat.features.flows import history_schemas as h
from instantchat.features.flows.service import FlowService
from instantchat.features.flows.view import EDITOR, FlowView, version_missing
from instantchat.store import records as r
from instantchat.store.ports import Store

DRAFT = "draft"


class HistoryService:
    """The versions of flows. Everybody reads them, without secrets below an admin; an admin restores. A flow of another
    workspace is `NotFound("flow_not_found")`, a version that is not there `NotFound("version_not_found")`."""

    def __init__(self, store: Store, flows: FlowService) -> None:
        self._store = store
        self._flows = flows

    async def versions(
        self, member: Member, flow_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> r.Page[h.VersionOut]:
        """Newest first, each with what it changed; `limit` is at most 100."""
        flow = await self._flows.record(member, flow_id)
        page = await self._store.flows.versions(
            member.workspace_id, flow_id, limit=max(1, min(limit, 100)), cursor=cursor
        )
        earlier: list[r.FlowVersion | None] = [*page.data[1:], await self._before(page.data[-1]) if page.data else None]
        authors = await self._authors(member, page.data)
        summaries = await asyncio.to_thread(lambda: [*map(_said, earlier, page.data)])  # large flows take a while
        shown = [
            h.VersionOut.from_record(version, authors.get(version.author_id or ""), _is_live(flow, version), summary)
            for version, summary in zip(page.data, summaries, strict=True)
        ]
        return r.Page(shown, page.next_cursor)

    async def version(self, member: Member, flow_id: str, number: str) -> h.VersionGraph:
        """One version with its graph."""
        flow = await self._flows.record(member, flow_id)
        version = await self._version(flow, number)
        graph = version.graph if member.has(EDITOR) else redact_graph(version.graph)
        old = await self._before(version)
        author = (await self._authors(member, [version])).get(version.author_id or "")
        basis = h.VersionOut.from_record(version, author, _is_live(flow, version), _said(old, version))
        return h.VersionGraph(
            **basis.model_dump(), nodes=graph["nodes"], edges=graph["edges"], viewport=graph["viewport"]
        )

    async def diff(self, member: Member, flow_id: str, before: str | None = None, after: str = DRAFT) -> h.DiffOut:
        """What `after` changed since `before`, each a version's number or `draft`; without `before`, since the newest
        version. Secrets are hidden from everybody."""
        flow = await self._flows.record(member, flow_id)
        before = before or str(flow.published_version or "")
        found = diff_graphs(await self._graph(flow, before), await self._graph(flow, after))
        return h.DiffOut.from_diff(before, after, found)

    async def restore(self, member: Member, flow_id: str, number: str) -> FlowView:
        """The version's graph becomes the draft; what runs goes on, name and settings stay. Raises
        `Invalid("flow_malformed")` when it no longer is one by today's rules."""
        member.require(EDITOR)
        version = await self._version(await self._flows.record(member, flow_id), number)
        return await self._flows.replace_graph(member, flow_id, version.graph)

    async def _graph(self, flow: r.Flow, name: str) -> r.Json:
        return flow.graph if name == DRAFT else (await self._version(flow, name)).graph

    async def _version(self, flow: r.Flow, number: str) -> r.FlowVersion:
        is_number = number.isascii() and number.isdigit() and len(number) < 10
        version = (
            await self._store.flows.version_by_number(flow.workspace_id, flow.id, int(number)) if is_number else None
        )
        if version is None:
            raise version_missing(number)
        return _current(version)

    async def _before(self, version: r.FlowVersion) -> r.FlowVersion | None:
        return await self._store.flows.version_by_number(version.workspace_id, version.flow_id, version.number - 1)

    async def _authors(self, member: Member, versions: list[r.FlowVersion]) -> dict[str, r.User]:
        ids = {version.author_id for version in versions if version.author_id}
        users = [await self._store.members.user(each) for each in ids]
        return {user.id: user for user in users if user is not None and user.workspace_id == member.workspace_id}


def _current(version: r.FlowVersion) -> r.FlowVersion:
    return replace(version, graph=upgrade_stored(version.graph))


def _is_live(flow: r.Flow, version: r.FlowVersion) -> bool:
    return flow.status == "active" and flow.published_version == version.number


def _said(before: r.FlowVersion | None, version: r.FlowVersion) -> str:
    if before is None:
        return "first version"
    return diff_graphs(_current(before).graph, _current(version).graph).summary()
