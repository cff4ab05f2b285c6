"""Flows as files: out with everything but their ids, history and secrets, in under new ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from instantchat.engine.redaction import redact_graph
from instantchat.engine.references import references
from instantchat.engine.upgrades import FORMAT_VERSION, Note, UnknownFormat, upgrade
from instantchat.errors import Invalid
from instantchat.features.auth.member import Member
from instantchat.features.flows import file as f
from instantchat.features.flows.draft import findings, graph_of
from instantchat.features.flows.resolving import Resolver, named
from instantchat.features.flows.service import FlowService
from instantchat.features.flows.view import EDITOR, FlowView
from instantchat.kit.ids import new_id
from instantchat.store import records as r
from instantchat.store.ports import Store


@dataclass(frozen=True, slots=True)
class Imported:
    """The new draft; what it refers to that is not here; the tags and fields it uses; what was rewritten in it."""

    view: FlowView
    unresolved: list[f.Unresolved]
    created: f.Created
    rewritten: list[f.Rewritten]

    def out(self) -> f.ImportOut:
        """The wire form."""
        return f.ImportOut(
            flow=self.view.out(), unresolved=self.unresolved, created=self.created, rewritten=self.rewritten
        )


class TransferService:
    """Export and import."""

    def __init__(self, store: Store, flows: FlowService) -> None:
        self._store = store
        self._flows = flows

    async def export(self, member: Member, flow_id: str) -> f.ExportedFlow:
        """The draft as a file, without secrets."""
        flow = await self._flows.record(member, flow_id)
        graph, names = await named(self._store, member.workspace_id, flow.graph)
        graph = redact_graph(graph, mask="")
        return f.ExportedFlow(
            name=flow.name,
            category=flow.category,
            priority=flow.priority,
            reentry=flow.reentry,
            nodes=graph["nodes"],
            edges=graph["edges"],
            viewport=graph["viewport"],
            references=names,
        )

    async def import_flow(self, member: Member, file: f.ImportFlow) -> Imported:
        """A new draft from a file, its nodes and edges under new ids, its name numbered when taken. Raises `Invalid`
        (`format_unsupported`, `flow_malformed`) and as `FlowService.save`; then nothing is stored."""
        member.require(EDITOR)
        data, notes = _upgraded(file)
        graph = graph_of(data["nodes"], _with_new_edge_ids(data["edges"]), data["viewport"])
        flow_id = new_id("flow")
        ids: dict[str, str] = {}
        unresolved: list[f.Unresolved] = []
        if not any(issue.malformed for issue in findings(graph)):
            ids = {node["id"]: new_id("node") for node in graph["nodes"]}
            graph, unresolved = await Resolver(self._store, member.workspace_id, file, flow_id).resolve(
                _with_ids(graph, ids)
            )
        name = file.name if file.name and file.name.strip() else "Imported flow"
        view = await self._flows.add(member, name, graph, file, flow_id)
        rewritten = [f.Rewritten(node_id=ids[note.node_id], message=note.text) for note in notes]
        return Imported(view, unresolved, _created(graph), rewritten)


def _upgraded(file: f.ImportFlow) -> tuple[dict[str, Any], list[Note]]:
    given = {"nodes": file.nodes, "edges": file.edges, "viewport": file.viewport}
    try:
        return upgrade(given, file.format_version or 0)
    except UnknownFormat:
        raise Invalid(
            "format_unsupported",
            f"This file has format {file.format_version}; this server reads format {FORMAT_VERSION}. "
            "Export it again from a server of the same version.",
        ) from None


def _with_new_edge_ids(edges: Any) -> Any:
    """Nothing refers to an edge, so those of a file need not be unique, nor there."""
    if not isinstance(edges, list):
        return edges
    return [{**edge, "id": new_id("edge")} if isinstance(edge, dict) else edge for edge in edges]


def _with_ids(graph: r.Json, ids: dict[str, str]) -> r.Json:
    """A well-formed graph under other node ids; exits, which belong to a node's data, stay."""
    nodes = [{**node, "id": ids[node["id"]]} for node in graph["nodes"]]
    edges = [{**edge, "source": ids[edge["source"]], "target": ids[edge["target"]]} for edge in graph["edges"]]
    return {**graph, "nodes": nodes, "edges": edges}


def _created(graph: r.Json) -> f.Created:
    used = references(graph)
    tags, fields = (sorted({each.value.strip() for each in used if each.to == kind}) for kind in ("tag", "field"))
    return f.Created(tags=tags, fields=fields)
