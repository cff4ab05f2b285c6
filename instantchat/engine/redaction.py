"""Hides what `Secret` fields hold: for people who may not edit a flow, in comparisons, and in files that leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from .filled import Place, filled_fields, replaced
from .form import Secret
from .node import Node
from .registry import node_class, node_types, node_variants

HIDDEN = "•••"


def redact(type_name: Any, data: Any, mask: str = HIDDEN) -> Any:
    """A node's data with `mask` for every secret value. Names of headers and the like stay; empty values stay empty. An
    empty mask leaves them out: texts become empty, all else null.

    Data that cannot be read, or of a type that is not installed, may hold secrets anywhere: all their texts are masked.
    """
    places = secret_places(type_name, data)
    if places is None:
        return _masked(data, mask)
    for place in places:
        data = replaced(data, place, _masked(_at(data, place), mask))
    return data


def redact_graph(graph: Mapping[str, Any], mask: str = HIDDEN) -> dict[str, Any]:
    """A graph with each node's data as `redact` gives them."""
    nodes = graph["nodes"]
    return {**graph, "nodes": [redact_node(node, mask) for node in nodes] if isinstance(nodes, list) else nodes}


def redact_node(node: Any, mask: str = HIDDEN) -> Any:
    """A node's JSON with its data as `redact` gives them."""
    if not isinstance(node, dict) or node.get("data") is None:
        return node
    return {**node, "data": redact(node.get("type"), node["data"], mask)}


def empty_secrets(type_name: Any, data: Any) -> Iterator[Place]:
    """The secret values that are written down as empty or hidden: what a copy from elsewhere came without."""
    for place in secret_places(type_name, data) or ():
        for inner, value in _leaves(_at(data, place), place):
            if value in ("", HIDDEN):
                yield inner


def secret_places(type_name: Any, data: Any) -> list[Place] | None:
    """Where the data hold something secret; None when they cannot be read. What another variant of the type would keep
    secret is secret too: changing a node's action leaves the old one's values behind."""
    cls = node_class(type_name, data) if isinstance(type_name, str) and isinstance(data, dict) else None
    node = cls.parse(data)[0] if cls is not None else None
    if cls is None or node is None:
        return None
    places = [field.place for field in filled_fields(node, data) if Secret in field.info.metadata]
    known = _names(cls, is_secret=False)
    return places + [(key,) for key in data if key in _secret_names(type_name) and key not in known]


@cache
def _secret_names(type_name: str) -> frozenset[str]:
    classes = [node_types()[type_name], *node_variants(type_name).values()]
    return frozenset().union(*(_names(cls, is_secret=True) for cls in classes))


def _names(cls: type[Node], *, is_secret: bool) -> frozenset[str]:
    """The JSON and Python names of its secret fields, or of all."""
    fields = cls.model_fields.items()
    chosen = [(name, info) for name, info in fields if not is_secret or Secret in info.metadata]
    return frozenset(spelling for name, info in chosen for spelling in (name, info.alias or name))


def _at(data: Any, place: Place) -> Any:
    for step in place:
        data = data[step]
    return data


def _leaves(value: Any, at: Place) -> Iterator[tuple[Place, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*at, index))
    else:
        yield at, value


def _masked(value: Any, mask: str) -> Any:
    if isinstance(value, dict):
        return {key: _masked(item, mask) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, mask) for item in value]
    if isinstance(value, str):
        return mask if value else value
    return None if value is None or not mask else mask  # an empty text would be of the wrong type
