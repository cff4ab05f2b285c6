"""`actions.md`: what the action node can do."""

from __future__ import annotations

from collections.abc import Iterator

from instantchat.engine.registry import node_types, node_variants

from . import blocks, nodes
from .blocks import Wanted

INTRO = """\
# Actions

What an action node (`actionNode`) can do; its data say which by `action`. An action that cannot be done, such as a
reply to a comment where there is none, is an error in [the trace](events.md), and the run goes on."""


def write(is_wanted: Wanted) -> Iterator[str]:
    """A section for each action, by its label."""
    yield INTRO
    for type_name in node_types():
        wanted = {name: cls for name, cls in node_variants(type_name).items() if is_wanted(cls)}
        for name, cls in sorted(wanted.items(), key=lambda pair: pair[1].label):
            schema = cls.describe()
            yield from blocks.opening(schema, name)
            yield from nodes.window(cls)
            yield from blocks.exits(schema)
            yield from blocks.fields(schema["fields"])
            yield from blocks.examples(type_name, schema["examples"])
