"""The border: a flow's JSON becomes a `CompiledFlow`, or issues that say why it cannot.

Malformed (the flow cannot be stored): unknown_type, unknown_value, wrong_type, over_limit, bad_value, duplicate_id,
duplicate_exit, dangling_edge, unknown_exit, exit_taken.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple

from .compiled import CompiledFlow, Listener
from .issues import Issue, malformed
from .json_shape import is_id, is_number, shape_problem
from .node import Node
from .payload import ID_LIMIT
from .registry import node_class, node_types, trigger_types
from .scope import reads_profile
from .upgrades import current_data

NODE_LIMIT = 500
EDGE_LIMIT = 2000
ISSUE_LIMIT = 200


class Edge(NamedTuple):
    """An edge as checked: from an exit of a node to a node."""

    source: str
    exit: str
    target: str


def parse_graph(data: Any) -> tuple[CompiledFlow | None, list[Issue]]:
    """Compile a flow's JSON (`nodes`, `edges`; other keys are ignored).

    The flow is None exactly when an issue is malformed; an incomplete flow compiles. Never raises.
    """
    if not isinstance(data, dict):
        return None, [malformed("wrong_type", "A flow must be a JSON object.")]
    issues: list[Issue] = []
    nodes = _parse_nodes(_items(data, "nodes", NODE_LIMIT, issues), issues)
    edges = _parse_edges(_items(data, "edges", EDGE_LIMIT, issues), nodes, issues)
    if issues:
        return None, issues[:ISSUE_LIMIT]
    return _compile({node_id: node for node_id, node in nodes.items() if node is not None}, edges), []


def _items(data: dict[str, Any], name: str, limit: int, issues: list[Issue]) -> list[Any]:
    items = data.get(name)
    if items is None:
        return []
    if not isinstance(items, list):
        issues.append(malformed("wrong_type", f"`{name}` must be a list."))
        return []
    if len(items) > limit:
        issues.append(malformed("over_limit", f"A flow has at most {limit} {name}; this one has {len(items)}."))
        return []
    return items


def _parse_nodes(items: list[Any], issues: list[Issue]) -> dict[str, Node | None]:
    """Nodes by id; None for one that is known but could not be read."""
    nodes: dict[str, Node | None] = {}
    for index, item in enumerate(items):
        if not isinstance(item, dict) or not is_id(item.get("id")):
            message = f"Node number {index + 1} needs an `id`: a text of 1 to {ID_LIMIT} printable characters."
            issues.append(malformed("wrong_type", message, field=f"nodes.{index}.id"))
            continue
        node_id: str = item["id"]
        if node_id in nodes:
            issues.append(malformed("duplicate_id", f"Two nodes have the id {node_id!r}.", node_id=node_id))
            continue
        node, found = _parse_node(item)
        nodes[node_id] = node
        issues.extend(replace(issue, node_id=node_id) for issue in found)
    return nodes


def _parse_node(item: dict[str, Any]) -> tuple[Node | None, list[Issue]]:
    type_name, data, position = item.get("type"), item.get("data"), item.get("position")
    if position is not None and not (
        isinstance(position, dict) and all(is_number(position.get(axis)) for axis in ("x", "y"))
    ):
        return None, [
            malformed("wrong_type", "`position` must be an object with the numbers x and y.", field="position")
        ]
    data = {} if data is None else data
    if not isinstance(data, dict):
        return None, [malformed("wrong_type", "`data` must be an object.", field="data")]
    problem = shape_problem(data)
    if problem:
        return None, [malformed("bad_value", problem, field="data")]
    if isinstance(type_name, str):
        data, _ = current_data(type_name, data)
    cls = node_class(type_name, data) if isinstance(type_name, str) else None
    if cls is None:
        return None, [_unknown_type(type_name, data)]
    node, issues = cls.parse(data)
    return (node, _check_exits(node)) if node is not None else (None, issues)


def _unknown_type(type_name: Any, data: dict[str, Any]) -> Issue:
    known = node_types().get(type_name) if isinstance(type_name, str) else None
    if known is not None and known.discriminator is not None:
        chosen = str(data.get(known.discriminator))[:60]
        message = f"{known.label} nodes have no {known.discriminator} {chosen!r}."
        return malformed("unknown_type", message, field=known.discriminator)
    names = ", ".join(node_types())
    return malformed("unknown_type", f"There is no node type {str(type_name)[:60]!r}; there are {names}.", field="type")


def _check_exits(node: Node) -> list[Issue]:
    exits = node.exits()
    issues = [
        malformed("duplicate_exit", f"Two exits of this node have the id {name!r}.")
        for name, count in Counter(exits).items()
        if count > 1 and name
    ]
    bad = [name for name in exits if name and not is_id(name)]
    issues.extend(malformed("bad_value", f"The exit id {name[:40]!r} has unprintable characters.") for name in bad)
    return issues


def _parse_edges(items: list[Any], nodes: dict[str, Node | None], issues: list[Issue]) -> list[Edge]:
    edges: list[Edge] = []
    taken: set[tuple[str, str]] = set()
    for index, item in enumerate(items):
        edge = _parse_edge(item, index, nodes)
        if isinstance(edge, Issue):
            issues.append(edge)
        elif (edge.source, edge.exit) in taken:
            message = f"The exit {edge.exit!r} already has an edge; an exit has at most one."
            issues.append(malformed("exit_taken", message, node_id=edge.source, field=f"edges.{index}"))
        else:
            taken.add((edge.source, edge.exit))
            edges.append(edge)
    return edges


def _parse_edge(item: Any, index: int, nodes: dict[str, Node | None]) -> Edge | Issue:
    field = f"edges.{index}"
    if not isinstance(item, dict):
        return malformed("wrong_type", "An edge must be an object.", field=field)
    source, target, handle = item.get("source"), item.get("target"), item.get("sourceHandle")
    if not isinstance(source, str) or not isinstance(target, str):
        name = "target" if isinstance(source, str) else "source"
        return malformed("wrong_type", f"An edge's `{name}` must be a node id.", field=f"{field}.{name}")
    if handle is not None and not isinstance(handle, str):
        return malformed("wrong_type", "An edge's `sourceHandle` must be a text.", field=f"{field}.sourceHandle")
    for name, node_id, other in (("source", source, target), ("target", target, source)):
        if node_id not in nodes:
            message = f"An edge's {name} {node_id[:60]!r} is no node of this flow."
            at = other if other in nodes else None
            return malformed("dangling_edge", message, node_id=at, field=f"{field}.{name}")
    node = nodes[source]
    exits = [name for name in node.exits() if name] if node is not None else None
    exit_id = handle or (exits[0] if exits else "")
    if exits is not None and exit_id not in exits:
        message = f"This node has no exit {exit_id[:60]!r}; it has {', '.join(exits[:20]) or 'none'}."
        return malformed("unknown_exit", message, node_id=source, field=f"{field}.sourceHandle")
    return Edge(source, exit_id, target)


def _compile(nodes: dict[str, Node], edges: list[Edge]) -> CompiledFlow:
    by_source: dict[str, dict[str, str]] = {}
    for edge in edges:
        if nodes[edge.target].is_executed:
            by_source.setdefault(edge.source, {})[edge.exit] = edge.target
    starts = _original_starts(nodes, edges)
    profile = any(reads_profile(path) for node in nodes.values() for _, path in node.reads())
    return CompiledFlow(nodes, by_source, starts, _listeners(nodes, starts), profile)


def _original_starts(nodes: dict[str, Node], edges: list[Edge]) -> tuple[str, ...]:
    """The original format has no trigger node: runs begin at the nodes without incoming edges, in node order."""
    if any(node.starts_runs for node in nodes.values()):
        return ()
    targets = {edge.target for edge in edges}
    return tuple(node_id for node_id, node in nodes.items() if node.is_executed and node_id not in targets)


def _listeners(nodes: dict[str, Node], starts: tuple[str, ...]) -> tuple[Listener, ...]:
    """The trigger nodes' triggers; a flow in the original format listens to any message."""
    if starts:
        return (Listener(trigger_types()["any_message"]()),)
    return tuple(Listener(trigger, node_id) for node_id, node in nodes.items() for trigger in node.listens())
