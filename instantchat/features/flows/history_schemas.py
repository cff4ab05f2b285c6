"""Versions and differences as the API shows them."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, field_validator

from instantchat.engine.diff import EdgeSeen, FlowDiff, NodeSeen
from instantchat.features.flows.schemas import storable
from instantchat.features.wire import Moment, Wire
from instantchat.store import records as r


class ActivateIn(Wire):
    """Body of `POST /api/flow/{id}/activate`, if there is one: what people will read beside the version."""

    note: Annotated[str, Field(max_length=500)] | None = None

    @field_validator("note")
    @classmethod
    def _can_be_stored(cls, value: str | None) -> str | None:
        return storable(value)


class AuthorOut(Wire):
    """Who published a version."""

    id: str
    name: str


class VersionOut(Wire):
    """A published version; `isLive`: new runs begin on it. `summary` is what changed since the version before."""

    number: int
    name: str
    note: str
    author: AuthorOut | None
    created_at: Moment
    is_live: bool
    summary: str

    @classmethod
    def from_record(cls, version: r.FlowVersion, author: r.User | None, is_live: bool, summary: str) -> Self:
        """The wire form; `author` is None once they are gone."""
        return cls(
            number=version.number,
            name=version.name,
            note=version.note,
            author=AuthorOut(id=author.id, name=author.name) if author is not None else None,
            created_at=version.created_at,
            is_live=is_live,
            summary=summary,
        )


class VersionGraph(VersionOut):
    """A version with its graph."""

    nodes: list[Any]
    edges: list[Any]
    viewport: dict[str, Any]


class NodeOut(Wire):
    """A node; `label` is its card."""

    id: str
    type: str
    label: str

    @classmethod
    def from_seen(cls, node: NodeSeen) -> Self:
        """The wire form."""
        return cls(id=node.id, type=node.type, label=node.label)


class FieldChangeOut(Wire):
    """A field that differs; null where it has no value. Secrets are `•••` on both sides."""

    field: str
    before: Any
    after: Any


class NodeChangeOut(NodeOut):
    """A node as it is afterwards, and its fields that differ."""

    fields: list[FieldChangeOut]


class EdgeOut(Wire):
    """An edge by its ends, each with its label."""

    id: str
    source: str
    source_label: str
    exit: str
    exit_label: str
    target: str
    target_label: str

    @classmethod
    def from_seen(cls, edge: EdgeSeen) -> Self:
        """The wire form."""
        return cls(
            id=edge.id,
            source=edge.source.id,
            source_label=edge.source.label,
            exit=edge.exit,
            exit_label=edge.exit_label,
            target=edge.target.id,
            target_label=edge.target.label,
        )


class EdgeChangeOut(Wire):
    """An exit that leads elsewhere."""

    before: EdgeOut
    after: EdgeOut


class NodesDiff(Wire):
    """Nodes by what became of them."""

    added: list[NodeOut]
    removed: list[NodeOut]
    changed: list[NodeChangeOut]


class EdgesDiff(Wire):
    """Edges by what became of them."""

    added: list[EdgeOut]
    removed: list[EdgeOut]
    changed: list[EdgeChangeOut]


class DiffOut(Wire):
    """What `to` changed since `from`, each a version's number or `draft`."""

    from_: Annotated[str, Field(alias="from")]
    to: str
    summary: str
    nodes: NodesDiff
    edges: EdgesDiff

    @classmethod
    def from_diff(cls, before: str, after: str, diff: FlowDiff) -> Self:
        """The wire form of the engine's comparison."""
        nodes = NodesDiff(
            added=[NodeOut.from_seen(node) for node in diff.nodes_added],
            removed=[NodeOut.from_seen(node) for node in diff.nodes_removed],
            changed=[
                NodeChangeOut(
                    id=change.node.id,
                    type=change.node.type,
                    label=change.node.label,
                    fields=[
                        FieldChangeOut(field=each.field, before=each.before, after=each.after) for each in change.fields
                    ],
                )
                for change in diff.nodes_changed
            ],
        )
        edges = EdgesDiff(
            added=[EdgeOut.from_seen(edge) for edge in diff.edges_added],
            removed=[EdgeOut.from_seen(edge) for edge in diff.edges_removed],
            changed=[
                EdgeChangeOut(before=EdgeOut.from_seen(change.before), after=EdgeOut.from_seen(change.after))
                for change in diff.edges_changed
            ],
        )
        return cls(from_=before, to=after, summary=diff.summary(), nodes=nodes, edges=edges)
