"""`nodes.md`: what can be put on the canvas."""

from __future__ import annotations

from collections.abc import Iterator

from instantchat.engine.graph import EDGE_LIMIT, NODE_LIMIT
from instantchat.engine.node import Node
from instantchat.engine.registry import node_types

from . import blocks
from .blocks import Wanted

NO_WINDOW = "Needs none."
INTRO = f"""\
# Nodes

What can be put on the canvas. `GET /api/nodes` gives the same as JSON. In Python each is a step of
[a flow](../flows-in-python.md).

A flow has at most {NODE_LIMIT:,} nodes and {EDGE_LIMIT:,} edges. Fields marked *required* may be empty while a flow is
drafted. What a field marked *templated* may hold: [filters.md](filters.md). Values marked *secret* are shown to nobody
below an admin, and no export holds them."""


def write(is_wanted: Wanted) -> Iterator[str]:
    """A section for each node type, in palette order."""
    yield INTRO
    wanted = (cls for cls in node_types().values() if is_wanted(cls))
    for cls in sorted(wanted, key=lambda each: (each.place, each.label)):
        yield from _section(cls)


def window(cls: type[Node]) -> Iterator[str]:
    """What the node needs of the messaging window."""
    yield from (f"**Messaging window**: {cls.window or NO_WINDOW}", "")


def _section(cls: type[Node]) -> Iterator[str]:
    schema = cls.describe()
    yield from blocks.opening(schema, cls.type)
    yield from window(cls)
    if cls.discriminator is not None:
        yield f"What it does: [actions.md](actions.md), chosen by `{cls.discriminator}`."
        yield ""
    else:
        yield from blocks.exits(schema)
    if cls.starts_runs:
        yield from ("What it can listen for: [triggers.md](triggers.md).", "")
    yield from blocks.fields(schema["fields"])
    yield from blocks.examples(cls.type, schema["examples"])
