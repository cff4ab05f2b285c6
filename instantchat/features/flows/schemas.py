"""Flows as the API takes and shows them (DESIGN sections 5 and 6)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from instantchat.engine.issues import Issue, Severity
from instantchat.engine.json_shape import is_unicode
from instantchat.features.wire import Checked, Moment, Wire
from instantchat.store import records as r


class ReentryIn(Wire):
    """May a flow start again for the same contact? `hours` belongs to `every`."""

    mode: Literal["always", "ignore_running", "once", "every"] = "always"
    hours: Annotated[float, Field(gt=0, le=8760, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _hours_where_needed(self) -> Self:
        if self.mode == "every" and self.hours is None:
            raise ValueError("hours is needed when mode is every")
        return self


class FlowSettings(Wire):
    """What a flow has beside its graph. A field left out keeps what is stored, or the default of a new flow."""

    category: Annotated[str, Field(max_length=80)] | None = None
    priority: Annotated[int, Field(ge=-1000, le=1000)] | None = None
    reentry: ReentryIn | None = None

    @field_validator("category")
    @classmethod
    def _can_be_stored(cls, value: str | None) -> str | None:
        return storable(value)


class SaveFlow(FlowSettings):
    """Body of `POST /api/flow/save`. The graph is read by the engine, which names the node that is wrong.

    Without `id` the name decides which flow is meant. With `baseRevision` a draft that moved on is not overwritten.
    """

    id: str | None = None
    name: str | None = None
    nodes: Any = None
    edges: Any = None
    viewport: Any = None
    base_revision: int | None = None


class UpsertNode(Wire):
    """Add a node, or replace the one of the same id."""

    op: Literal["upsertNode"]
    node: Any


class RemoveNode(Wire):
    """Remove a node with the edges at it; a node that is not there is no error."""

    op: Literal["removeNode"]
    id: str


class UpsertEdge(Wire):
    """Add an edge, or replace the one of the same id."""

    op: Literal["upsertEdge"]
    edge: Any


class RemoveEdge(Wire):
    """Remove an edge; one that is not there is no error."""

    op: Literal["removeEdge"]
    id: str


class SetViewport(Wire):
    """Remember what part of the canvas is seen."""

    op: Literal["setViewport"]
    viewport: Any


PatchOp = Annotated[UpsertNode | RemoveNode | UpsertEdge | RemoveEdge | SetViewport, Field(discriminator="op")]


class PatchFlow(Wire):
    """The canvas's autosave: changes, in order, to the draft of revision `baseRevision`."""

    base_revision: int
    ops: Annotated[list[PatchOp], Field(max_length=2000)]


class NameIn(Wire):
    """A flow's name; null lets the server choose one that is free."""

    name: str | None = None


class ValidateIn(Wire):
    """A graph to check without storing it; `id` leaves that flow out of the keyword clashes."""

    id: str | None = None
    nodes: Any = None
    edges: Any = None


class TriggerIn(Checked):
    """Body of `POST /api/flow/{id}/trigger`: whom to start the flow for, by Instagram-scoped id, and the variables to
    set before. The same `idempotencyKey` for the same flow and person starts it once."""

    recipient_id: Annotated[str, Field(min_length=1, max_length=64)]
    account_id: str | None = None
    variables: Annotated[dict[str, Any], Field(max_length=50)] = {}
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class TriggerOut(Wire):
    """The run that begins as soon as the worker gets to it."""

    run_id: str


class IssueOut(Wire):
    """One finding about a flow; `field` is a path inside the node's `data`."""

    code: str
    message: str
    severity: Severity
    node_id: str | None
    field: str | None
    hint: str | None

    @classmethod
    def from_issue(cls, issue: Issue) -> Self:
        """The wire form of an engine's finding."""
        return cls(
            code=issue.code,
            message=issue.message,
            severity=issue.severity,
            node_id=issue.node_id,
            field=issue.field,
            hint=issue.hint,
        )


class ValidateOut(Wire):
    """`valid` means that it could be activated as it is."""

    valid: bool
    issues: list[IssueOut]


class FlowOut(Wire):
    """`Flow` of DESIGN section 6; `hasUnpublishedChanges` compares the draft with what runs now."""

    id: str
    name: str
    category: str
    status: r.FlowStatus
    priority: int
    reentry: dict[str, Any]
    nodes: list[Any]
    edges: list[Any]
    viewport: dict[str, Any]
    revision: int
    published_version: int | None
    has_unpublished_changes: bool
    created_at: Moment
    updated_at: Moment

    @classmethod
    def from_record(cls, flow: r.Flow, has_unpublished_changes: bool) -> Self:
        """The wire form of a stored flow."""
        return cls(
            id=flow.id,
            name=flow.name,
            category=flow.category,
            status=flow.status,
            priority=flow.priority,
            reentry=flow.reentry,
            nodes=flow.graph["nodes"],
            edges=flow.graph["edges"],
            viewport=flow.graph["viewport"],
            revision=flow.revision,
            published_version=flow.published_version,
            has_unpublished_changes=has_unpublished_changes,
            created_at=flow.created_at,
            updated_at=flow.updated_at,
        )


class FlowWithIssues(FlowOut):
    """A flow with what the engine has to say about its draft."""

    issues: list[IssueOut] = []


class NodesOut(Wire):
    """The form schema of every node type: what the canvas draws its palette and panels from."""

    data: list[dict[str, Any]]


def storable(text: str | None) -> str | None:
    """The text; raises ValueError for one that no database column takes."""
    if text is not None and not is_unicode(text):
        raise ValueError("the text holds a character that cannot be stored")
    return text
