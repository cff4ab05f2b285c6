"""Flows as files: what an export holds, what an import takes and tells."""

from __future__ import annotations

from typing import Any, Literal

from instantchat.engine.upgrades import FORMAT_VERSION
from instantchat.features.flows.schemas import FlowSettings, FlowWithIssues
from instantchat.features.wire import Wire


class MemberName(Wire):
    """A member by name alone: e-mail addresses do not leave."""

    name: str


class References(Wire):
    """What the ids in a flow's nodes stand for, so that another workspace can find its own."""

    flows: dict[str, str] = {}
    members: dict[str, MemberName] = {}


class ExportedFlow(Wire):
    """A flow as a file: everything but its history, its workspace and what is secret in it."""

    format_version: int = FORMAT_VERSION
    name: str
    category: str
    priority: int
    reentry: dict[str, Any]
    nodes: list[Any]
    edges: list[Any]
    viewport: dict[str, Any]
    references: References


class ImportFlow(FlowSettings):
    """Body of `POST /api/flow/import`: an export; or a `Flow` as the API shows it; or just `{nodes, edges}`, as the
    original product had it. What else is in it is ignored."""

    format_version: int | None = None
    id: Any = None
    name: str | None = None
    nodes: Any = None
    edges: Any = None
    viewport: Any = None
    references: References = References()


class Unresolved(Wire):
    """Something an import came without: what `value` refers to (`name` where it came from) is not here, or a secret
    was left out. The value stays, so that validation shows it."""

    node_id: str
    field: str
    value: str
    name: str | None = None
    reason: Literal["no_such_flow", "no_such_member", "secret_left_out"]


class Rewritten(Wire):
    """What was written in an earlier way, and is now as it is written today."""

    node_id: str
    message: str


class Created(Wire):
    """The tags and fields the flow uses; they come into being as it does."""

    tags: list[str] = []
    fields: list[str] = []


class ImportOut(Wire):
    """What an import made, and what it could not find."""

    flow: FlowWithIssues
    unresolved: list[Unresolved]
    created: Created
    rewritten: list[Rewritten]
