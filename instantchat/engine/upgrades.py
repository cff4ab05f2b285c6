"""Flows written earlier become today's: step by step through the file formats, then node by node.

A file says its `formatVersion`. One that says none is of format 0, that of the original product (no trigger node, edges
without `sourceHandle`), which is read as it is. Raising `FORMAT_VERSION` takes one more function in `STEPS` and kept
examples in `tests/engine/formats`. A node class declares what became of its own data in `Node.upgrades`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .node import Node
from .registry import node_class, node_types

FORMAT_VERSION = 1
STORED_FORMAT = 1
"""The format of stored graphs that say none."""

Step = Callable[[dict[str, Any]], dict[str, Any]]


class UnknownFormat(ValueError):
    """A format this server does not read, such as one of a newer server."""


class Note(NamedTuple):
    """What was rewritten, and in which node."""

    node_id: str
    text: str


def _from_0(data: dict[str, Any]) -> dict[str, Any]:
    return data


STEPS: tuple[Step, ...] = (_from_0,)
"""`STEPS[n]` makes format n + 1 of format n. Total: any JSON in, JSON out."""


def upgrade(data: Mapping[str, Any], version: int) -> tuple[dict[str, Any], list[Note]]:
    """A flow's JSON of format `version` as one of today's, and a note for each thing that was rewritten in its nodes.

    Today's come out unchanged. Never raises for what is in the data; `UnknownFormat` for a version that is not one.
    """
    if not 0 <= version <= len(STEPS):
        raise UnknownFormat(f"There is no format {version}.")
    found = dict(data)
    for step in STEPS[version:]:
        found = step(found)
    notes: list[Note] = []
    nodes = found.get("nodes")
    if isinstance(nodes, list):
        found["nodes"] = [_node(node, notes) for node in nodes]
    return found, notes


def upgrade_stored(graph: dict[str, Any]) -> dict[str, Any]:
    """A stored graph as one of today's, marked with its format; the same object when there is nothing to change, and
    when a newer server wrote it."""
    version = graph.get("formatVersion", STORED_FORMAT)
    if version > FORMAT_VERSION:
        return graph
    found, _ = upgrade(graph, version)
    found["formatVersion"] = FORMAT_VERSION
    return graph if found == graph else found


def current_data(type_name: str, data: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A node's data as its class writes them today, and the notes of the upgrades that changed something."""
    notes: list[str] = []
    data = _apply(node_types().get(type_name), data, notes)
    variant = node_class(type_name, data)
    return (_apply(variant, data, notes) if variant is not node_types().get(type_name) else data), notes


def _node(node: Any, notes: list[Note]) -> Any:
    if not isinstance(node, dict) or not isinstance(node.get("type"), str) or not isinstance(node.get("data"), dict):
        return node
    data, found = current_data(node["type"], node["data"])
    notes.extend(Note(str(node.get("id")), note) for note in found)
    return {**node, "data": data} if found else node


def _apply(cls: type[Node] | None, data: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    for each in vars(cls).get("upgrades", ()) if cls is not None else ():
        changed = each.read(data)
        if changed != data:
            data = changed
            notes.append(each.note)
    return data
