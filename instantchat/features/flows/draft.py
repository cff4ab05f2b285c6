"""A draft at the border: what may be stored at all, and the changes the canvas makes to it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from instantchat.engine.issues import Issue
from instantchat.engine.json_shape import is_id
from instantchat.errors import FieldError, Invalid, TooLarge
from instantchat.features.flows import schemas as s
from instantchat.features.flows.surroundings import NOTHING, Surroundings
from instantchat.store.records import Json

MAX_BYTES = 1_000_000
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_ORIGIN: Json = {"x": 0, "y": 0, "zoom": 1}


def graph_of(nodes: Any, edges: Any, viewport: Any) -> Json:
    """A graph from what a client sent; what is missing is empty."""
    return {
        "nodes": [] if nodes is None else nodes,
        "edges": [] if edges is None else with_edge_ids(edges),
        "viewport": dict(_ORIGIN) if viewport is None else viewport,
    }


def with_edge_ids(edges: Any) -> Any:
    """The edges, those without an id under one made of their ends: an exit has one edge, so it is unique."""
    if not isinstance(edges, list):
        return edges
    return [
        {**edge, "id": f"{edge.get('source')}:{edge.get('sourceHandle') or ''}"}
        if isinstance(edge, dict) and edge.get("id") is None
        else edge
        for edge in edges
    ]


def starter_graph() -> Json:
    """What a new flow begins with: a keyword trigger waiting for its keywords."""
    trigger = {
        "id": "trigger",
        "type": "triggerNode",
        "position": {"x": 120, "y": 160},
        "data": {"triggers": [{"type": "keyword", "match": "contains", "keywords": []}]},
    }
    return graph_of([trigger], [], None)


def checked(graph: Json, around: Surroundings = NOTHING) -> list[Issue]:
    """The engine's findings about a storable graph. Raises `Invalid("flow_malformed")` naming each bad node, and
    `TooLarge("flow_too_large")`."""
    issues = findings(graph, around)
    bad = [issue for issue in issues if issue.malformed]
    if bad:
        raise Invalid(
            "flow_malformed",
            f"The flow was not stored: {bad[0].message}",
            errors=[as_error(issue) for issue in bad[:50]],
        )
    return issues


def findings(graph: Json, around: Surroundings = NOTHING) -> list[Issue]:
    """The engine's findings, malformed ones too; raises only for what breaks a hard limit or no column can hold."""
    _refuse_unstorable(graph)
    return around.validate(graph)


def as_error(issue: Issue) -> FieldError:
    """A finding as an entry of a problem document."""
    return FieldError(code=issue.code, message=issue.message, field=issue.field, node_id=issue.node_id)


def apply_ops(graph: Json, ops: Sequence[s.PatchOp]) -> Json:
    """The graph after the changes; whether it is well formed is for `checked` to say."""
    nodes = {node["id"]: node for node in graph["nodes"]}
    edges = {edge["id"]: edge for edge in graph["edges"]}
    viewport = graph["viewport"]
    for op in ops:
        match op:
            case s.UpsertNode():
                nodes[_id_of(op.node, "nodes")] = op.node
            case s.RemoveNode():
                nodes.pop(op.id, None)
                edges = {
                    key: edge for key, edge in edges.items() if op.id not in (edge.get("source"), edge.get("target"))
                }
            case s.UpsertEdge():
                edges[_id_of(op.edge, "edges")] = op.edge
            case s.RemoveEdge():
                edges.pop(op.id, None)
            case s.SetViewport():
                viewport = op.viewport
    return {"nodes": list(nodes.values()), "edges": list(edges.values()), "viewport": viewport}


def _id_of(item: Any, field: str) -> str:
    found = item.get("id") if isinstance(item, dict) else None
    if not is_id(found):
        message = f"Every entry of {field} needs an `id`: a text of 1 to 100 printable characters."
        raise _malformed("missing_id", message, field)
    return str(found)


def _refuse_unstorable(graph: Json) -> None:
    size = _size(graph, None)
    if size > MAX_BYTES:
        raise TooLarge("flow_too_large", f"A flow has at most {MAX_BYTES:,} bytes of JSON; this one has {size:,}.")
    _refuse_bad_edge_ids(graph["edges"])
    _refuse_bad_viewport(graph["viewport"])


def _size(value: Any, node_id: str | None) -> int:
    """Bytes as JSON; raises for what no database column can hold, naming the node it is in."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        size = len(text.encode())
    except (ValueError, RecursionError):
        text, size = "\\u0000", 0
    if not _NUL.search(text):
        return size
    for node in value.get("nodes", []) if node_id is None and isinstance(value.get("nodes"), list) else []:
        _size(node, str(node.get("id", "")) if isinstance(node, dict) else "")
    raise _malformed(
        "unstorable", "The flow holds a number or character that cannot be stored (NaN, NUL).", "nodes", node_id
    )


def _refuse_bad_edge_ids(edges: Any) -> None:
    known: set[str] = set()
    for edge in edges if isinstance(edges, list) else []:
        if isinstance(edge, dict):
            edge_id = _id_of(edge, "edges")
            if edge_id in known:
                raise _malformed("duplicate_id", f"Two edges have the id {edge_id!r}.", "edges")
            known.add(edge_id)


def _refuse_bad_viewport(viewport: Any) -> None:
    wanted = ("x", "y", "zoom")
    numbers = isinstance(viewport, dict) and all(
        isinstance(viewport.get(key), int | float) and not isinstance(viewport.get(key), bool) for key in wanted
    )
    if not numbers:
        raise _malformed("wrong_type", "viewport must be {x, y, zoom}, three numbers.", "viewport")


def _malformed(code: str, message: str, field: str, node_id: str | None = None) -> Invalid:
    error = FieldError(code=code, message=message, field=field, node_id=node_id or None)
    return Invalid("flow_malformed", f"The flow was not stored: {message}", errors=[error])
