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
from instantchat.engine.regex import PatternError, compile_pattern
from instantchat.engine.text import fold, shorten
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger

Word = Annotated[str, Field(max_length=300)]
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
        Field(title="Keywords", description="Any one is enough.", max_length=100),
        Kind("keywords"),
        Required,
    ] = []
    exclude: Annotated[
        list[Word],
        Field(title="But not with", description="Messages containing one of these do not match.", max_length=100),
        Kind("keywords"),
    ] = []

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        if event.kind != "message":
            return NoMatch("not_a_direct_message", f"This was a {event.kind}, not a direct message.")
        text = fold(event.text or "")
        if not text:
            return NoMatch("no_text", "The message has no text.")
        shown = {"text": shorten(event.text or "", 200)}
        for word in self._excluded:
            if word in text:
                return NoMatch(
                    "excluded", f"The message contains “{word}”, which is excluded.", {**shown, "exclude": word}
                )
        found = next((word for word in self._wanted if self._has(text, word)), None)
        if found is None:
            words = [shorten(word, 60) for word in self._wanted[:10]]
            return NoMatch("no_keyword", "None of the keywords is there.", {**shown, "keywords": words})
        return Match(Rank[self.match_.upper()], f"Matched “{found}” ({self.match_}).", {**shown, "keyword": found})

    def clash(self, other: Trigger) -> str | None:
        if not isinstance(other, Keyword) or other.match_ != self.match_:
            return None
        both = [word for word in self._wanted if word in other._wanted]
        return f"the keyword “{shorten(both[0], 40)}”" if both else None

    def card(self) -> str:
        words = ", ".join(self.keywords)
        return shorten(f"{self.label}: {words}", 80) if words else "No keyword yet"

    def check(self) -> Iterator[Issue]:
        if self.keywords and not self._wanted:
            yield Issue("required", "The keywords are empty.", field="keywords", hint="Write at least one.")
        if self.match_ != "regex":
            return
        for index, pattern in enumerate(self.keywords):
            try:
                compile_pattern(pattern)
            except PatternError as error:
                yield Issue("bad_regex", f"The pattern cannot be used: {error}.", field=f"keywords.{index}")

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        words = (word.strip() if self.match_ == "regex" else fold(word) for word in self.keywords)
        return tuple(word for word in words if word)

    @cached_property
    def _excluded(self) -> tuple[str, ...]:
        return tuple(word for word in map(fold, self.exclude) if word)

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
