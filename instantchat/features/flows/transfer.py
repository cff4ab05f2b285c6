"""Flows as files: out with everything but their ids and history, in under new ids."""

from __future__ import annotations

from typing import Any

from instantchat.errors import Invalid
from instantchat.features.auth.member import Member
from instantchat.features.flows import schemas as s
from instantchat.features.flows.draft import findings, graph_of
from instantchat.features.flows.service import FlowService
from instantchat.features.flows.view import FlowView
from instantchat.kit.ids import new_id
from instantchat.store import records as r
from instantchat.store.ports import Store


class TransferService:
    """Export and import."""

    def __init__(self, store: Store, flows: FlowService) -> None:
        self._store = store
        self._flows = flows

    async def export(self, member: Member, flow_id: str) -> s.ExportedFlow:
        """The draft as a file."""
        flow = (await self._flows.get(member, flow_id)).flow
        return s.ExportedFlow(
            name=flow.name, category=flow.category, priority=flow.priority, reentry=flow.reentry, **flow.graph
        )

    async def import_flow(self, member: Member, body: s.ImportFlow) -> tuple[FlowView, list[s.Unresolved]]:
        """A new draft from a file, its nodes and edges under new ids, its name numbered when taken; and what it refers
        to that is not here. Raises `Invalid` (`format_unsupported`, `flow_malformed`) and as `FlowService.save`."""
        member.require("admin")
        if body.format_version != s.FORMAT_VERSION:
            raise Invalid(
                "format_unsupported",
                f"This file has format {body.format_version}; this server reads format {s.FORMAT_VERSION}. "
                "Export it again from a server of the same version.",
            )
        graph = graph_of(body.nodes, body.edges, body.viewport)
        if not any(issue.malformed for issue in findings(graph)):
            graph = with_new_ids(graph)
        view = await self._flows.add(member, body.name, graph, body)
        return view, await self._unresolved(member, view.flow.graph)

    async def _unresolved(self, member: Member, graph: r.Json) -> list[s.Unresolved]:
        missing = []
        for node in graph["nodes"]:
            data: Any = node.get("data") or {}
            for field, known in (("flow", self._flow_exists), ("memberId", self._member_exists)):
                value = data.get(field)
                if isinstance(value, str) and value and not await known(member, value):
                    missing.append(s.Unresolved(node_id=node["id"], field=field, value=value))
        return missing

    async def _flow_exists(self, member: Member, reference: str) -> bool:
        flows = self._store.flows
        return (
            await flows.flow(member.workspace_id, reference) or await flows.flow_by_name(member.workspace_id, reference)
        ) is not None

    async def _member_exists(self, member: Member, user_id: str) -> bool:
        user = await self._store.members.user(user_id)
        return user is not None and user.workspace_id == member.workspace_id


def with_new_ids(graph: r.Json) -> r.Json:
    """A well-formed graph under fresh node and edge ids; exits, which belong to a node's data, stay."""
    ids = {node["id"]: new_id("node") for node in graph["nodes"]}
    nodes = [{**node, "id": ids[node["id"]]} for node in graph["nodes"]]
    edges = [
        {**edge, "id": new_id("edge"), "source": ids[edge["source"]], "target": ids[edge["target"]]}
        for edge in graph["edges"]
    ]
    return {**graph, "nodes": nodes, "edges": edges}
