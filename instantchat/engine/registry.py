"""Which nodes and triggers exist: found by looking at the packages and entry points, once per process."""

from __future__ import annotations

from functools import cache
from typing import Any

from instantchat.kit.discovery import by_name, find_classes

from .form import FormSchema
from .node import Node
from .trigger import Trigger


def load_all() -> None:
    """Find everything now. Raises StartRefused: `plugin_broken`, or `plugin_clash` when two claim one name."""
    for name in node_types():
        node_variants(name)
    trigger_types()


@cache
def node_types() -> dict[str, type[Node]]:
    """Node classes by wire name; for a type with variants, the class the variants derive from."""
    return by_name((cls for cls in _node_classes() if cls.variant is None), lambda cls: cls.type)


@cache
def node_variants(type_name: str) -> dict[str, type[Node]]:
    """The variants of a node type by their name; empty for a type without."""
    return by_name((cls for cls in _node_classes() if cls.type == type_name), lambda cls: cls.variant or "")


@cache
def trigger_types() -> dict[str, type[Trigger]]:
    """Trigger classes by wire name."""
    found = find_classes("instantchat.triggers", Trigger, group="instantchat.triggers")
    return by_name(found, lambda cls: cls.type)


def node_class(type_name: str, data: dict[str, Any]) -> type[Node] | None:
    """The class for a node's JSON; None for an unknown type or variant. Without a variant chosen yet, the base."""
    cls = node_types().get(type_name)
    if cls is None or cls.discriminator is None:
        return cls
    chosen = data.get(cls.discriminator)
    if chosen in (None, ""):
        return cls
    return node_variants(type_name).get(chosen) if isinstance(chosen, str) else None


def node_schemas() -> list[FormSchema]:
    """The form schema of every node type, for `GET /api/nodes` and the canvas; in palette order.

    A type with variants has `discriminator` and `variants[]`, each with `name` and its own fields and exits. The
    `triggers` field carries the trigger types with their fields as `variants`.
    """
    return [_node_schema(cls) for cls in sorted(node_types().values(), key=lambda each: (each.place, each.label))]


def _node_schema(cls: type[Node]) -> FormSchema:
    schema = cls.describe()
    for field in schema["fields"]:
        if field["kind"] == "triggers":
            field["discriminator"] = "type"
            field["variants"] = [{"name": name, **each.describe()} for name, each in sorted(trigger_types().items())]
    if cls.discriminator is not None:
        schema["discriminator"] = cls.discriminator
        variants = sorted(node_variants(cls.type).items(), key=lambda pair: pair[1].label)
        schema["variants"] = [{"name": name, **each.describe()} for name, each in variants]
    return schema


@cache
def _node_classes() -> tuple[type[Node], ...]:
    return tuple(cls for cls in find_classes("instantchat.nodes", Node, group="instantchat.nodes") if cls.type)
