"""`settings.md`: the environment variables."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic_core import PydanticUndefined

from instantchat.config import PREFIX, Settings

from .blocks import Wanted


def write(_: Wanted) -> Iterator[str]:
    """A row for each setting."""
    yield from ("# Settings", "")
    yield f"Environment variables with the prefix `{PREFIX}`, or lines of a `.env` file where the server starts."
    yield "A bad value stops the start with a sentence that names it; an unknown name is warned about."
    yield from ("", "| variable | default | what it does |", "|---|---|---|")
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (PydanticUndefined, "", None, []) else f"`{field.default}`"
        yield f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |"
