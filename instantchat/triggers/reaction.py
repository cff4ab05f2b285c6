"""`reaction`: emoji put on messages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.form import Kind
from instantchat.engine.issues import Issue
from instantchat.engine.text import fold, shorten
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind
from instantchat.engine.words import WORD_LIMIT, check_blank, show_words

Emoji = Annotated[str, Field(max_length=40)]
# Names: Meta, Instagram Messaging webhooks, message_reactions. Which emoji each stands for Meta says only of love.
NAMED = {"love": "❤♥", "laugh": "😆😂", "wow": "😮", "sad": "😢", "angry": "😠😡", "like": "👍"}


class Reaction(Trigger):
    """Starts the flow when a contact reacts to a message, with one of the emoji if any are given.

    A reaction does not open the messaging window: what the flow sends needs one that is open already.
    """

    type: ClassVar[str] = "reaction"
    label: ClassVar[str] = "Reaction"
    icon: ClassVar[str] = "smile-plus"
    group: ClassVar[str] = "Direct messages"
    opens_window: ClassVar[bool] = False
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "reaction"}, {"type": "reaction", "emojis": ["❤️", "🔥"]})

    emojis: Annotated[
        list[Emoji],
        Field(
            title="Emoji",
            description="Any one is enough; leave empty for any. The name love means ❤.",
            max_length=WORD_LIMIT,
        ),
        Kind("keywords"),
    ] = []

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        refused = other_kind(event, "reaction")
        if refused is not None:
            return refused
        shown = {"emoji": shorten(event.payload or "", 40)}
        if not self.emojis:
            return Match(Rank.ANY, "It was a reaction.", shown)
        if not _common(_forms([event.payload or ""]), self._wanted):
            return NoMatch("other_emoji", "It was another emoji.", {**shown, "emojis": show_words(self.emojis)})
        return Match(Rank.EXACT, f"The emoji is {shown['emoji']}.", shown)

    def clash(self, other: Trigger) -> str | None:
        if not isinstance(other, Reaction):
            return None
        if not self.emojis and not other.emojis:
            return "any reaction"
        both = _common(self._wanted, other._wanted)
        return f"the reaction {both[0]}" if both else None

    def card(self) -> str:
        emojis = " ".join(self.emojis)
        return shorten(f"{self.label}: {emojis}", 80) if emojis else self.label

    def check(self) -> Iterator[Issue]:
        yield from check_blank("emojis", self.emojis, self._wanted)

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        return _forms(self.emojis)


def _forms(emojis: list[str]) -> tuple[str, ...]:
    """The emoji in the form they are compared in: without variation selectors, no case for names."""
    folded = (fold(each.replace("\ufe0e", "")) for each in emojis)
    return tuple(each for each in folded if each)


def _common(ours: tuple[str, ...], theirs: tuple[str, ...]) -> list[str]:
    return [each for each in ours if any(_is_same(each, other) for other in theirs)]


def _is_same(one: str, other: str) -> bool:
    return one == other or one in NAMED.get(other, "") or other in NAMED.get(one, "")
