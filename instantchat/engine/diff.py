"""What differs between two graphs of a flow: nodes, edges, fields. Where a node sits on the canvas is no difference."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .filled import Place, written
from .json_shape import shape_problem
from .node import Node
from .redaction import redact
from .registry import node_class


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """A node as people know it: `label` is its card."""

    id: str
    type: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field's value on both sides, None where there is none; the values of secrets are hidden.

    `field` is a path such as `quickReplies.0.title`, with the position it has afterwards; `type` is the node's type. A
    list whose items were only put in another order is one change of their ids.
    """

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class NodeChange:
    """A node that both sides have, as it is afterwards, and its fields that differ."""

    node: NodeSeen
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class EdgeSeen:
    """An edge by its ends: the node and exit it leaves by (with the exit's name) and the node it leads to."""

    id: str
    source: NodeSeen
    exit: str
    exit_label: str
    target: NodeSeen


@dataclass(frozen=True, slots=True)
class EdgeChange:
    """An exit that leads elsewhere."""

    before: EdgeSeen
    after: EdgeSeen


@dataclass(frozen=True, slots=True)
class FlowDiff:
    """What the second graph has more, less or different than the first. Nodes are the same by id, edges by the exit
    they leave, which has only one. False when there is no difference."""

    nodes_added: tuple[NodeSeen, ...] = ()
    nodes_removed: tuple[NodeSeen, ...] = ()
    nodes_changed: tuple[NodeChange, ...] = ()
    edges_added: tuple[EdgeSeen, ...] = ()
    edges_removed: tuple[EdgeSeen, ...] = ()
    edges_changed: tuple[EdgeChange, ...] = ()

    def __bool__(self) -> bool:
        return any(True for _ in self._said())

    def summary(self) -> str:
        """One line, such as `1 node added, 2 edges removed`."""
        return ", ".join(self._said()) or "no difference beyond positions"

    def _said(self) -> Iterator[str]:
        for name in self.__slots__:
            count, (noun, verb) = len(getattr(self, name)), name.split("_")
            if count:
                yield f"{count} {noun.removesuffix('s') if count == 1 else noun} {verb}"


def diff_graphs(before: Mapping[str, Any], after: Mapping[str, Any]) -> FlowDiff:
    """The differences between two graphs whose nodes and edges are objects with an id; all else may be malformed."""
    old, new = _Side(before), _Side(after)
    fields = {each: tuple(_fields(old.nodes[each], node)) for each, node in new.nodes.items() if each in old.nodes}
    return FlowDiff(
        nodes_added=tuple(new.seen(each) for each in new.nodes if each not in old.nodes),
        nodes_removed=tuple(old.seen(each) for each in old.nodes if each not in new.nodes),
        nodes_changed=tuple(NodeChange(new.seen(each), found) for each, found in fields.items() if found),
        edges_added=tuple(new.edge(each) for each in new.edges if each not in old.edges),
        edges_removed=tuple(old.edge(each) for each in old.edges if each not in new.edges),
        edges_changed=tuple(
            EdgeChange(old.edge(each), new.edge(each))
            for each, edge in new.edges.items()
            if each in old.edges and _text(edge, "target") != _text(old.edges[each], "target")
        ),
    )


def meaning(graph: Mapping[str, Any]) -> str:
    """A fingerprint of what a graph does: equal for graphs between which `diff_graphs` finds nothing."""
    nodes = {node["id"]: [_text(node, "type"), _data(node)] for node in graph["nodes"]}
    edges = sorted([*_exit(edge), _text(edge, "target")] for edge in graph["edges"])
    text = json.dumps([nodes, edges], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class _Side:
    """One of the two graphs, its nodes by id and its edges by the exit they leave."""

    def __init__(self, graph: Mapping[str, Any]) -> None:
        self.nodes: dict[str, dict[str, Any]] = {node["id"]: node for node in graph["nodes"]}
        self.edges: dict[tuple[str, str], dict[str, Any]] = {_exit(edge): edge for edge in graph["edges"]}
        self._read: dict[str, Node | None] = {}

    def seen(self, node_id: str) -> NodeSeen:
        node = self._node(node_id)
        kind = _text(self.nodes.get(node_id, {}), "type")
        return NodeSeen(node_id, kind, node.card() if node is not None else kind or node_id)

    def edge(self, key: tuple[str, str]) -> EdgeSeen:
        edge, node = self.edges[key], self._node(key[0])
        exits = node.exit_labels() if node is not None else {}
        exit_id = key[1] or next(iter(exits), "")
        label = exits.get(exit_id, exit_id)
        return EdgeSeen(_text(edge, "id"), self.seen(key[0]), exit_id, label, self.seen(_text(edge, "target")))

    def _node(self, node_id: str) -> Node | None:
        """Read without its secrets, which a card might show; None when that cannot be read."""
        if node_id not in self._read:
            node = self.nodes.get(node_id, {})
            kind, data = _text(node, "type"), redact(node.get("type"), _data(node))
            cls = node_class(kind, data) if isinstance(data, dict) else None
            self._read[node_id] = cls.parse(data)[0] if cls is not None else None
        return self._read[node_id]


def _fields(before: dict[str, Any], after: dict[str, Any]) -> Iterator[FieldChange]:
    kinds, data = [_text(node, "type") for node in (before, after)], [_data(node) for node in (before, after)]
    if kinds[0] != kinds[1]:
        yield FieldChange("type", *kinds)
    elif json.dumps(data[0], sort_keys=True) == json.dumps(data[1], sort_keys=True):
        return
    shown = [redact(node.get("type"), each) for node, each in zip((before, after), data, strict=True)]
    yield from _changes((), _Pair(data[0], shown[0]), _Pair(data[1], shown[1]))


@dataclass(frozen=True, slots=True)
class _Pair:
    """A value as it is and as it may be shown; both have the same shape."""

    value: Any
    shown: Any

    def keys(self) -> list[Any]:
        return list(self.value)

    def at(self, key: Any) -> _Pair:
        is_there = key is not None and (key in self.value if isinstance(self.value, dict) else True)
        return _Pair(self.value[key], self.shown[key]) if is_there else _ABSENT


_ABSENT = _Pair(object(), None)


def _changes(at: Place, before: _Pair, after: _Pair) -> Iterator[FieldChange]:
    if isinstance(before.value, dict) and isinstance(after.value, dict):
        for key in dict.fromkeys((*after.keys(), *before.keys())):
            yield from _changes((*at, key), before.at(key), after.at(key))
    elif isinstance(before.value, list) and isinstance(after.value, list) and _has_parts(before.value, after.value):
        yield from _items(at, before, after)
    elif _ABSENT in (before, after) or json.dumps(before.value) != json.dumps(after.value):
        yield FieldChange(written(at) or "data", before.shown, after.shown)


def _items(at: Place, before: _Pair, after: _Pair) -> Iterator[FieldChange]:
    old, new = _positions(before.value), _positions(after.value)
    if old is None or new is None:
        old, new = ({str(index): index for index in range(len(each.value))} for each in (before, after))
    for key, index in new.items():
        yield from _changes((*at, index), before.at(old.get(key)), after.at(index))
    for key, index in old.items():
        if key not in new:
            yield from _changes((*at, index), before.at(index), _ABSENT)
    orders = [[key for key in each if key in old and key in new] for each in (old, new)]
    if orders[0] != orders[1]:
        yield FieldChange(written(at), *orders)


def _has_parts(*lists: list[Any]) -> bool:
    """Whether these are lists of parts; lists of texts and numbers are compared as a whole."""
    return any(each for each in lists) and all(isinstance(item, dict) for each in lists for item in each)


def _positions(items: list[dict[str, Any]]) -> dict[str, int] | None:
    """Where each id is; None when not every item has an id of its own."""
    ids = [item.get("id") for item in items]
    known = {each: index for index, each in enumerate(ids) if isinstance(each, str) and each}
    return known if len(known) == len(items) else None


def _exit(edge: Mapping[str, Any]) -> tuple[str, str]:
    return _text(edge, "source"), _text(edge, "sourceHandle")


def _data(node: Mapping[str, Any]) -> Any:
    """Null means absent, in a node's fields and for the data as a whole; a text in place of what no flow may hold."""
    data = {} if node.get("data") is None else node["data"]
    if (problem := shape_problem(data)) is not None:
        return problem
    if not isinstance(data, dict):
        return data
    return {key: value for key, value in data.items() if value is not None}


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
