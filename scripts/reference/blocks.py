"""How a node, an action or a trigger is written down: what it does, its fields, exits and examples."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from instantchat.engine.form import FormSchema
from instantchat.engine.registry import node_class
from instantchat.flows import Flow
from instantchat.flows.writing import step_call

Wanted = Callable[[type[Any]], bool]
"""Whether a class is to be written down."""
LIMITS = {
    "min": "at least {}",
    "max": "at most {}",
    "maxLength": "at most {} characters",
    "maxItems": "at most {}",
    "partBytes": "sent in parts of {} bytes",
}


def opening(schema: FormSchema, name: str) -> Iterator[str]:
    """The heading and the docstring."""
    yield from ("", f"## {schema['label']} (`{name}`)", "", schema["docs"], "")


def exits(schema: FormSchema) -> Iterator[str]:
    """The ways out."""
    yield from (f"**Exits**: {'; '.join(map(_exit, schema['exits'])) or 'none'}.", "")


def fields(found: list[FormSchema]) -> Iterator[str]:
    """A table with a row for each field, and for those of its items: `answer.min`, `quickReplies[].title`."""
    if found:
        yield from ("| field | label | kind | what it is |", "|---|---|---|---|", *_rows(found), "")


def examples(type_name: str, datas: list[dict[str, Any]]) -> Iterator[str]:
    """Data of a node, as JSON and as a step in Python."""
    yield from ("```json", *(json.dumps(data, ensure_ascii=False) for data in datas), "```", "")
    yield from ("```python", *(step(type_name, data) for data in datas), "```")


def step(type_name: str, data: dict[str, Any]) -> str:
    """The node as a step of `instantchat.flows`."""
    kind = node_class(type_name, data)
    node = kind.parse(data)[0] if kind is not None else None
    if node is None:
        raise ValueError(f"This example of {type_name} is malformed: {data}")
    return step_call({"type": type_name, "data": data}, node, {}, Flow).text(indent="")


def cell(text: str) -> str:
    """As it can stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _exit(schema: Mapping[str, Any]) -> str:
    if "fromField" not in schema:
        return f"`{schema['id']}`"
    which = "".join(f" whose `{name}` is `{value}`" for name, value in schema["where"].items())
    return f"one per item of `{schema['fromField']}`{which}, by its `{schema['id']}`"


def _rows(found: list[FormSchema], path: str = "") -> Iterator[str]:
    for field in found:
        name = path + field["name"]
        yield f"| `{name}` | {cell(field['label'])} | {field['kind']} | {cell(' '.join(_notes(field)))} |"
        inner = f"{name}[]." if isinstance(field["default"], list) else f"{name}."
        yield from _rows(field.get("item", {}).get("fields", []), inner)


def _notes(field: FormSchema) -> Iterator[str]:
    if field["help"]:
        yield field["help"]
    marks = [word for word in ("required", "templated", "secret") if field.get(word)]
    if marks:
        yield f"{', '.join(marks).capitalize()}."
    if "show" in field:
        yield f"Only where {' and '.join(_show(name, values) for name, values in field['show'].items())}."
    if field["limits"]:
        limits = [LIMITS[name].format(f"{value:,}") for name, value in field["limits"].items()]
        yield f"{', '.join(limits).capitalize()}."
    if "options" in field:
        yield f"One of {', '.join(map(_option, field['options']))}."
    default = field["default"]
    if default not in (None, "", [], {}, False) and not isinstance(default, dict):
        yield f"Default: `{default}`."


def _show(name: str, values: list[Any]) -> str:
    shown = [f"`{value}`" if value != "" else "empty" for value in values]
    return f"`{name}` is {'one of ' if len(shown) > 1 else ''}{', '.join(shown)}"


def _option(option: Mapping[str, Any]) -> str:
    value, label = str(option["value"]), str(option["label"])
    return f"`{value}`" if label == value else f"`{value}` ({label})"
