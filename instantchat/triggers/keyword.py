"""`keyword`: direct messages with certain words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.form import Kind, Labels, Required
from instantchat.engine.issues import Issue
from instantchat.engine.regex import PatternError, check_pattern, compile_pattern
from instantchat.engine.text import fold, shorten
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind
from instantchat.engine.words import WORD_LIMIT, Word, check_blank, fold_words, match_words, show_text

MATCH_LABELS = {
    "exact": "The whole message", "word": "A whole word in it", "starts": "Its beginning",
    "contains": "Anywhere in it", "regex": "A pattern",
}  # fmt: skip


class Keyword(Trigger):
    """Starts the flow when a direct message has one of the keywords.

    Case, accents' encoding and kinds of apostrophes make no difference. Excluded words, anywhere in the message, win.
    Patterns are regular expressions without look-around and back-references.
    """

    type: ClassVar[str] = "keyword"
    label: ClassVar[str] = "Keyword"
    icon: ClassVar[str] = "key-round"
    group: ClassVar[str] = "Direct messages"
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"type": "keyword", "keywords": ["price", "how much"]},
        {"type": "keyword", "match": "regex", "keywords": ["order #?\\d+"], "exclude": ["cancel"]},
    )

    match_: Annotated[
        Literal["contains", "exact", "word", "starts", "regex"],
        Field(title="Match", alias="match"),
        Labels(MATCH_LABELS),
    ] = "contains"
    keywords: Annotated[
        list[Word],
        Field(title="Keywords", description="Any one is enough.", max_length=WORD_LIMIT),
        Kind("keywords"),
        Required,
    ] = []
    exclude: Annotated[
        list[Word],
        Field(
            title="But not with", description="Messages containing one of these do not match.", max_length=WORD_LIMIT
        ),
        Kind("keywords"),
    ] = []

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        refused = other_kind(event, "message")
        if refused is not None:
            return refused
        text = fold(event.text or "") if self._excluded else ""
        unwanted = next((word for word in self._excluded if word in text), None)
        if unwanted is not None:
            detail = f"The message contains “{unwanted}”, which is excluded."
            return NoMatch("excluded", detail, {**show_text(event.text), "exclude": unwanted})
        return match_words(event.text, self._wanted, Rank[self.match_.upper()], self._has)

    def clash(self, other: Trigger) -> str | None:
        if not isinstance(other, Keyword) or other.match_ != self.match_:
            return None
        theirs = set(other._wanted)
        both = [word for word in self._wanted if word in theirs]
        return f"the keyword “{shorten(both[0], 40)}”" if both else None

    def card(self) -> str:
        words = ", ".join(self.keywords)
        return shorten(f"{self.label}: {words}", 80) if words else "No keyword yet"

    def check(self) -> Iterator[Issue]:
        yield from check_blank("keywords", self.keywords, self._wanted)
        if self.match_ != "regex":
            return
        for index, pattern in enumerate(self.keywords):
            yield from check_pattern(pattern, f"keywords.{index}")

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        if self.match_ != "regex":
            return fold_words(self.keywords)
        return tuple(word for word in map(str.strip, self.keywords) if word)

    @cached_property
    def _excluded(self) -> tuple[str, ...]:
        return fold_words(self.exclude)

    def _has(self, text: str, word: str) -> bool:
        if self.match_ == "contains":
            return word in text
        if self.match_ == "exact":
            return text == word
        if self.match_ == "starts":
            return text.startswith(word)
        if self.match_ == "word":
            return word in text and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
        try:
            return compile_pattern(word).search(text)
        except PatternError:
            return False
