"""Writes `docs/reference/` from the code: settings, nodes and triggers. `tests/docs` fails when it is stale.

Run as `.venv/bin/python -m scripts.reference`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from instantchat.config import PREFIX, Settings
from instantchat.engine.registry import node_schemas

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"


def pages() -> dict[str, str]:
    """Every reference page by file name."""
    writers: dict[str, Callable[[], Iterator[str]]] = {"settings.md": _settings, "nodes.md": _nodes}
    return {name: "\n".join(write()) + "\n" for name, write in writers.items()}


def main() -> None:
    """Write what has changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text)
        print(f"docs/reference/{name}")


def _settings() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield f"Environment variables with the prefix `{PREFIX}`, or lines of a `.env` file where the server starts."
    yield "A bad value stops the start with a sentence that names it; an unknown name is warned about."
    yield ""
    yield "| variable | default | what it does |"
    yield "|---|---|---|"
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (PydanticUndefined, "", None, []) else f"`{field.default}`"
        yield f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |"


def _nodes() -> Iterator[str]:
    yield "# Nodes"
    yield ""
    yield "What can be put on the canvas. `GET /api/nodes` gives the same as JSON."
    for schema in node_schemas():
        yield from _node(schema)


def _node(schema: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"## {schema['label']} (`{schema['type']}`)"
    yield ""
    yield schema["docs"]
    yield ""
    if schema.get("window"):
        yield f"**Messaging window**: {schema['window']}"
        yield ""
    exits = schema["exits"]
    if isinstance(exits, list):
        yield f"**Exits**: {', '.join(_exit(each) for each in exits) or 'none'}."
        yield ""
    yield from _fields(schema["fields"])
    for field in schema["fields"]:
        for variant in field.get("variants", []):
            yield ""
            yield f"### {variant['label']} (`{variant['name']}`)"
            yield ""
            yield variant["docs"]
            yield ""
            yield from _fields(variant["fields"])
    yield ""
    yield "```json"
    yield from (json.dumps(example, ensure_ascii=False) for example in schema["examples"])
    yield "```"


def _exit(schema: dict[str, Any]) -> str:
    if "fromField" not in schema:
        return f"`{schema['id']}`"
    which = "".join(f" whose `{name}` is `{value}`" for name, value in schema["where"].items())
    return f"one per item of `{schema['fromField']}`{which}, by its `{schema['id']}`"


def _fields(fields: list[dict[str, Any]]) -> Iterator[str]:
    if not fields:
        return
    yield "| field | label | kind | what it is |"
    yield "|---|---|---|---|"
    yield from _rows(fields)


def _rows(fields: list[dict[str, Any]], path: str = "") -> Iterator[str]:
    """A row for each field, and for those of its items: `answer.min`, `quickReplies[].title`."""
    for field in fields:
        marks = [word for word in ("required", "templated", "secret") if field.get(word)]
        notes = [field["help"], ", ".join(marks).capitalize() + "." if marks else ""]
        if field["limits"]:
            notes.append("Limits: " + ", ".join(f"{key} {value}" for key, value in field["limits"].items()) + ".")
        if field.get("options"):
            notes.append("One of " + ", ".join(f"`{each['value']}`" for each in field["options"]) + ".")
        name = path + field["name"]
        yield f"| `{name}` | {field['label']} | {field['kind']} | {' '.join(note for note in notes if note)} |"
        inner = f"{name}[]." if isinstance(field["default"], list) else f"{name}."
        yield from _rows(field.get("item", {}).get("fields", []), inner)


if __name__ == "__main__":
    main()
