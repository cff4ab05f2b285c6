"""The flow format as JSON Schema (Draft 2020-12), made from the classes: for editors, and for other programs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from .block import Block
from .decision import Reentry
from .form import Kind, mark_of
from .graph import EDGE_LIMIT, NODE_LIMIT
from .node import Node
from .payload import ID_LIMIT
from .registry import node_types, node_variants, trigger_types

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ID: Schema = {"type": "string", "minLength": 1, "maxLength": ID_LIMIT}
_NUMBER: Schema = {"type": "number"}


def flow_schema(is_wanted: Callable[[type[Block]], bool] = lambda _: True) -> Schema:
    """What a file with a flow may hold: every installed node type, action and trigger, each a definition of its own;
    or those that are wanted.

    All that validates is well formed node by node. What only the engine can say (edges that lead nowhere, unfinished
    fields, loops) is for `validate_flow`.
    """
    blocks: list[type[Block]] = [cls for cls in (*_node_classes(), *trigger_types().values()) if is_wanted(cls)]
    refs, shared = models_json_schema([(cls, "validation") for cls in blocks], ref_template="#/$defs/{model}")
    of = {cls: refs[cls, "validation"] for cls in blocks}
    defs: dict[str, Schema] = {name: _with_nulls(schema) for name, schema in shared["$defs"].items()}
    for cls in blocks:
        schema = defs[of[cls]["$ref"].rpartition("/")[2]]
        schema |= {"title": cls.label, "description": inspect.cleandoc(cls.__doc__ or "")}
        for name, info in cls.model_fields.items():
            if mark_of(info, Kind) == Kind("triggers"):
                schema["properties"][info.alias or name]["items"] = {"$ref": "#/$defs/trigger"}
    defs |= {"node": _node(of), "trigger": _choice("type", _named(trigger_types(), of))}
    return {"$schema": DIALECT, "title": "InstantChat flow", **_flow(), "$defs": {**defs, "edge": _edge()}}


def _node_classes() -> Iterator[type[Node]]:
    for name, cls in node_types().items():
        yield cls
        yield from node_variants(name).values()


def _flow() -> Schema:
    properties: Schema = {
        "formatVersion": {"type": "integer", "minimum": 1},
        "name": {"type": "string", "minLength": 1},
        "category": {"type": "string"},
        "priority": {"type": "integer"},
        "reentry": TypeAdapter(Reentry).json_schema(),
        "nodes": {"type": "array", "maxItems": NODE_LIMIT, "items": {"$ref": "#/$defs/node"}},
        "edges": {"type": "array", "maxItems": EDGE_LIMIT, "items": {"$ref": "#/$defs/edge"}},
        "viewport": _object(x=_NUMBER, y=_NUMBER, zoom=_NUMBER),
    }
    return _with_nulls({"type": "object", "properties": properties, "required": ["nodes"]})


def _node(of: Mapping[type[Block], Schema]) -> Schema:
    """A node: its data by its type, and by the variant where the type has variants."""
    datas = {
        name: each if (cls := node_types()[name]).discriminator is None else _variants(cls, of)
        for name, each in _named(node_types(), of).items()
    }
    ways = {name: {"properties": {"data": {"anyOf": [data, {"type": "null"}]}}} for name, data in datas.items()}
    node = _choice("type", ways)
    node["properties"] |= {"id": _ID, "position": _or_null(_object(x=_NUMBER, y=_NUMBER))}
    return {**node, "required": ["id", "type"]}


def _variants(cls: type[Node], of: Mapping[type[Block], Schema]) -> Schema:
    """Data of a type with variants; without one chosen it is unfinished, not wrong."""
    schema = _choice(cls.discriminator or "", _named(node_variants(cls.type), of))
    schema["properties"][cls.discriminator or ""]["enum"] += ["", None]
    return {**schema, "required": [], "title": cls.label, "description": inspect.cleandoc(cls.__doc__ or "")}


def _named(classes: Mapping[str, type[Block]], of: Mapping[type[Block], Schema]) -> dict[str, Schema]:
    return {name: of[cls] for name, cls in classes.items() if cls in of}


def _choice(key: str, ways: Mapping[str, Schema]) -> Schema:
    """An object that fits the way named by its `key`."""
    return {
        "type": "object",
        "properties": {key: {"enum": list(ways)}},
        "required": [key],
        "allOf": [
            {"if": {"properties": {key: {"const": name}}, "required": [key]}, "then": way} for name, way in ways.items()
        ],
    }


def _edge() -> Schema:
    ends = _object(source=_ID, target=_ID)
    return {
        **ends,
        "properties": {**ends["properties"], "id": _or_null(_ID), "sourceHandle": {"type": ["string", "null"]}},
    }


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _with_nulls(schema: Schema) -> Schema:
    """Null means absent everywhere in a flow."""
    if "properties" not in schema:
        return schema
    return {**schema, "properties": {name: _or_null(each) for name, each in schema["properties"].items()}}


def _or_null(schema: Schema) -> Schema:
    if "enum" in schema:
        schema = {**schema, "enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    if "anyOf" in schema and {"type": "null"} not in schema["anyOf"]:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "$ref" in schema:
        told = {key: each for key, each in schema.items() if key != "$ref"}
        return {**told, "anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}]}
    return schema
