"""Words as triggers listen for them: keywords compared without regard to case, and events that may carry them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from operator import contains
from typing import Annotated, ClassVar

from pydantic import Field

from .context import Context, InboundMessage
from .form import Kind
from .issues import Issue
from .text import fold, shorten
from .trigger import Match, NoMatch, Rank, Trigger, kind_name, other_kind

Word = Annotated[str, Field(max_length=300)]
WORD_LIMIT = 100


def fold_words(words: Iterable[str]) -> tuple[str, ...]:
    """The words in the form they are compared in, blank ones left out."""
    return tuple(word for word in map(fold, words) if word)


def match_words(
    text: str | None, words: Sequence[str], rank: Rank, has: Callable[[str, str], bool] = contains
) -> Match | NoMatch:
    """A match of this rank for the first of the (folded) words that the folded text has."""
    folded = fold(text or "")
    if not folded:
        return NoMatch("no_text", "There is no text.")
    shown = show_text(text)
    found = next((word for word in words if has(folded, word)), None)
    if found is None:
        return NoMatch("no_keyword", "None of the keywords is there.", {**shown, "keywords": show_words(words)})
    return Match(rank, f"Matched “{found}” ({rank.name.lower()}).", {**shown, "keyword": found})


def show_text(text: str | None) -> dict[str, str]:
    """A text among the values of a verdict."""
    return {"text": shorten(text or "", 200)}


def show_words(words: Iterable[str]) -> list[str]:
    """Words among the values of a verdict: the first ten, shortened."""
    return [shorten(word, 60) for word in list(words)[:10]]


def check_blank(field: str, given: Sequence[str], wanted: Sequence[str]) -> Iterator[Issue]:
    """A finding about a list whose entries are all blank, so that nothing can match."""
    if given and not wanted:
        yield Issue("required", "All entries are blank.", field=field, hint="Write at least one, or remove them.")


class WordTrigger(Trigger):
    """The base of triggers for events of one `kind` with certain words in their text, or any."""

    kind: ClassVar[str] = ""

    keywords: Annotated[
        list[Word],
        Field(title="Keywords", description="Any one is enough; leave empty for any text.", max_length=WORD_LIMIT),
        Kind("keywords"),
    ] = []

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        refused = other_kind(event, self.kind)
        if refused is not None:
            return refused
        if not self.keywords:
            return Match(Rank.ANY, f"It was a {kind_name(self.kind)}.")
        return match_words(event.text, self._wanted, Rank.CONTAINS)

    def clash(self, other: Trigger) -> str | None:
        if not isinstance(other, WordTrigger) or other.kind != self.kind:
            return None
        if not self.keywords and not other.keywords:
            return f"any {kind_name(self.kind)}"
        theirs = set(other._wanted)
        both = [word for word in self._wanted if word in theirs]
        return f"the keyword “{shorten(both[0], 40)}” in a {kind_name(self.kind)}" if both else None

    def card(self) -> str:
        words = ", ".join(self.keywords)
        return shorten(f"{self.label}: {words}", 80) if words else self.label

    def check(self) -> Iterator[Issue]:
        yield from check_blank("keywords", self.keywords, self._wanted)

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        return fold_words(self.keywords)
