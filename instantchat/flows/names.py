"""What steps and exits are called."""

from __future__ import annotations

from collections.abc import Container, Mapping
from itertools import count
from typing import Any

from instantchat.engine.node import Node


def free_id(cls: type[Node], taken: Container[str]) -> str:
    """`message_1`, `tag_customer_2`: the kind of node, numbered."""
    kind = cls.variant or cls.type.removesuffix("Node") or cls.type
    return next(name for number in count(1) if (name := f"{kind}_{number}") not in taken)


def open_exits(node: Node) -> list[str]:
    """The exits an edge can leave by; the first is the one a chain goes on by."""
    return [exit_id for exit_id in node.exits() if exit_id]


def exit_key(edge: Mapping[str, Any], nodes: Mapping[str, Node]) -> tuple[str, str]:
    """Which exit an edge of a well-formed flow leaves by: (node id, exit id)."""
    source = edge["source"]
    return source, edge.get("sourceHandle") or open_exits(nodes[source])[0]
