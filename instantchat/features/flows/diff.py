"""What differs between two drafts of a flow, node by node; where a node sits on the canvas is no difference."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from instantchat.errors import FieldError

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class FlowDiff:
    """Ids of what `after` has more, less or different than `before`."""

    nodes_added: tuple[str, ...] = ()
    nodes_removed: tuple[str, ...] = ()
    nodes_changed: tuple[str, ...] = ()
    edges_added: tuple[str, ...] = ()
    edges_removed: tuple[str, ...] = ()
    edges_changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(ids for _, ids in self._parts())

    def summary(self) -> str:
        """One line, such as `1 node added, 2 edges removed`."""
        said = [_count(what, len(ids)) for what, ids in self._parts() if ids]
        return ", ".join(said) or "no difference beyond positions"

    def as_errors(self) -> list[FieldError]:
        """One entry per difference (the first 50), for a problem document."""
        entries = [
            FieldError(
                code=what,
                message=f"The {what.replace('_', ' was ')} ({each}).",
                node_id=each if what.startswith("node") else None,
                field="nodes" if what.startswith("node") else f"edges.{each}",
            )
            for what, ids in self._parts()
            for each in ids
        ]
        return entries[:_SHOWN]

    def _parts(self) -> list[tuple[str, tuple[str, ...]]]:
        return [
            ("node_added", self.nodes_added),
            ("node_removed", self.nodes_removed),
            ("node_changed", self.nodes_changed),
            ("edge_added", self.edges_added),
            ("edge_removed", self.edges_removed),
            ("edge_changed", self.edges_changed),
        ]


def diff_graphs(before: Mapping[str, Any], after: Mapping[str, Any]) -> FlowDiff:
    """The differences between two well-formed graphs."""
    nodes = _compare(_nodes(before), _nodes(after))
    edges = _compare(_edges(before), _edges(after))
    return FlowDiff(*nodes, *edges)


def meaning(graph: Mapping[str, Any]) -> str:
    """A fingerprint of what a graph does: equal for graphs that differ only in positions and order."""
    text = json.dumps([_nodes(graph), _edges(graph)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _nodes(graph: Mapping[str, Any]) -> dict[str, Any]:
    return {node["id"]: [node.get("type"), node.get("data")] for node in graph["nodes"]}


def _edges(graph: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("source", "sourceHandle", "target")
    return {edge["id"]: [edge.get(key) for key in keys] for edge in graph["edges"]}


def _compare(before: dict[str, Any], after: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    added = tuple(each for each in after if each not in before)
    removed = tuple(each for each in before if each not in after)
    changed = tuple(each for each in after if each in before and before[each] != after[each])
    return added, removed, changed


def _count(what: str, number: int) -> str:
    noun, verb = what.split("_")
    return f"{number} {noun}{'s' if number > 1 else ''} {verb}"
