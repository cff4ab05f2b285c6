"""What a flow refers to by its fields' `Ref` marks: other flows, members, tags, fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .filled import Filled, Place, filled_fields, replaced, written
from .form import Ref, Templated, mark_of
from .registry import node_class


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference: which node, where in its data, to what kind of thing, by which id or name."""

    node_id: str
    place: Place
    to: str
    value: str

    @property
    def field(self) -> str:
        """As findings name it."""
        return written(self.place)


def references(graph: Mapping[str, Any]) -> list[Reference]:
    """All references of a well-formed graph; empty ones and those a template makes are left out."""
    return [found for node in graph["nodes"] for found in _of_node(node)]


def with_reference(graph: Mapping[str, Any], reference: Reference, value: str) -> dict[str, Any]:
    """The graph with another value for a reference."""
    nodes = [
        {**node, "data": replaced(node["data"], reference.place, value)} if node["id"] == reference.node_id else node
        for node in graph["nodes"]
    ]
    return {**graph, "nodes": nodes}


def _of_node(node: Mapping[str, Any]) -> Iterator[Reference]:
    data = node.get("data") or {}
    cls = node_class(node["type"], data)
    read = cls.parse(data)[0] if cls is not None else None
    for field in filled_fields(read, data) if read is not None else ():
        ref = mark_of(field.info, Ref)
        if ref is not None:
            for place, value in _values(field):
                if value.strip() and not (Templated in field.info.metadata and "{{" in value):
                    yield Reference(node["id"], place, ref.to, value)


def _values(field: Filled) -> Iterator[tuple[Place, str]]:
    if isinstance(field.value, str):
        yield field.place, field.value
    elif isinstance(field.value, list):
        for index, item in enumerate(field.value):
            if isinstance(item, str):
                yield (*field.place, index), item
