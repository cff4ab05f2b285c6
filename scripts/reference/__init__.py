"""Writes `docs/reference/` from the code, a module for each page, and `docs/instagram-fidelity.md` from the tests.
`tests/docs` fails when a page is stale.

Run as `.venv/bin/python -m scripts.reference`: our own nodes, actions and triggers, whatever else is installed. With
`--installed --out DIR` the pages of this machine, those of installed plug-ins included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import actions, events, fidelity, filters, issues, nodes, operators, schema, settings, triggers
from .blocks import Wanted

DOCS = Path(__file__).resolve().parents[2] / "docs"
FOLDER = DOCS / "reference"
WRITERS: dict[str, Callable[[Wanted], Iterator[str]]] = {
    "nodes.md": nodes.write,
    "actions.md": actions.write,
    "triggers.md": triggers.write,
    "operators.md": operators.write,
    "filters.md": filters.write,
    "issues.md": issues.write,
    "events.md": events.write,
    "settings.md": settings.write,
    "flow.schema.json": schema.write,
}


def pages(*, installed: bool = False) -> dict[str, str]:
    """Every page by file name; with `installed` what plug-ins add is on them too."""
    is_wanted = _is_any if installed else is_ours
    return {name: "\n".join(write(is_wanted)) + "\n" for name, write in WRITERS.items()}


def documents() -> dict[Path, str]:
    """Every page that is written into `docs`, by its file."""
    written = {FOLDER / name: text for name, text in pages().items()}
    return {**written, DOCS / fidelity.PAGE: "\n".join(fidelity.write()) + "\n"}


def is_ours(cls: type[Any]) -> bool:
    """Whether a class is part of InstantChat itself."""
    return cls.__module__.partition(".")[0] == "instantchat"


def _is_any(_: type[Any]) -> bool:
    return True
