"""`triggers.md`: what starts flows."""

from __future__ import annotations

from collections.abc import Iterator

from instantchat.engine.registry import trigger_types
from instantchat.engine.trigger import Rank, Trigger
from instantchat.nodes.trigger import TriggerNode

from . import blocks
from .blocks import Wanted

RANKS = {
    Rank.PAYLOAD: "a payload or a ref that is listed",
    Rank.EXACT: "a keyword that is the whole message; an emoji that is listed",
    Rank.WORD: "a keyword as a whole word",
    Rank.STARTS: "a keyword at the beginning",
    Rank.CONTAINS: "a keyword anywhere, in comments and story replies too",
    Rank.REGEX: "a pattern",
    Rank.KIND: "a first message, a shared post",
    Rank.ANY: "anything of the trigger's kind",
    Rank.DEFAULT: "a default reply",
}
INTRO = """\
# Triggers

What a trigger node listens for; one that matches starts the flow. When several flows match the same event, the most
specific match wins, then the higher priority, then the older flow. From most to least specific:"""
WAITING = (
    "A run that waits for an answer may take the message before any trigger is asked: [waiting](../guide/waiting.md)."
)
OPENS = "What it hears opens the window, so the flow can answer."
PRIVATE_REPLY = "Not opened. One private reply within 7 days may go out, more once the person has answered it."
SHUT = "Not opened by it alone. What the flow sends needs a window that is open already."


def write(is_wanted: Wanted) -> Iterator[str]:
    """A section for each trigger, by its label."""
    yield from (INTRO, "")
    for number, rank in enumerate(sorted(Rank, reverse=True), start=1):
        yield f"{number}. {RANKS[rank]} (`{rank.name}`)"
    yield from ("", WAITING)
    wanted = {name: cls for name, cls in trigger_types().items() if is_wanted(cls)}
    for name, cls in sorted(wanted.items(), key=lambda pair: pair[1].label):
        schema = cls.describe()
        yield from blocks.opening(schema, name)
        yield from (f"**Messaging window**: {_window(cls)}", "")
        yield from blocks.fields(schema["fields"])
        yield from blocks.examples(TriggerNode.type, [{"triggers": [each]} for each in schema["examples"]])


def _window(cls: type[Trigger]) -> str:
    if cls.opens_window:
        return OPENS
    return PRIVATE_REPLY if cls.gives_private_reply else SHUT
