"""`referral`: conversations that begin at a link or an ad."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.filters import format_value
from instantchat.engine.form import Kind, Labels
from instantchat.engine.issues import Issue
from instantchat.engine.text import fold, shorten
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind
from instantchat.engine.words import WORD_LIMIT, Word, check_blank, fold_words, show_words

SOURCES = {"any": "Links and ads", "link": "Links", "ad": "Ads"}


class Referral(Trigger):
    """Starts the flow when a contact comes through an `ig.me` link or an ad.

    Opening a link does not open the messaging window; a message or tap that carries the referral does.
    """

    type: ClassVar[str] = "referral"
    label: ClassVar[str] = "Link or ad"
    icon: ClassVar[str] = "link"
    group: ClassVar[str] = "Links and taps"
    opens_window: ClassVar[bool] = False
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"type": "referral", "refs": ["summer"], "source": "link"},
        {"type": "referral", "source": "ad"},
    )

    refs: Annotated[
        list[Word],
        Field(
            title="Refs",
            description="What follows ref= in the link, any one of them; leave empty for all.",
            max_length=WORD_LIMIT,
        ),
        Kind("keywords"),
    ] = []
    source: Annotated[Literal["link", "ad", "any"], Field(title="From"), Labels(SOURCES)] = "any"

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        refused = other_kind(event, "referral", "message", "postback")
        if refused is not None:
            return refused
        source, ref = (format_value(event.refs.get(name)) for name in ("referralSource", "ref"))
        if not source and event.kind != "referral":
            return NoMatch("no_referral", "The contact did not come through a link or ad.")
        if self.source not in ("any", source):
            return NoMatch("other_source", "The contact came another way.", {"source": source, "wanted": self.source})
        if not self.refs:
            return Match(Rank.ANY, "The contact came through a link or ad.", {"source": source})
        shown = {"ref": shorten(ref, 200)}
        if fold(ref) not in self._wanted:
            return NoMatch("other_ref", "It has another ref.", {**shown, "refs": show_words(self.refs)})
        return Match(Rank.PAYLOAD, f"The ref is “{shorten(ref, 60)}”.", shown)

    def clash(self, other: Trigger) -> str | None:
        if not isinstance(other, Referral):
            return None
        if self.source != other.source and "any" not in (self.source, other.source):
            return None
        if not self.refs and not other.refs:
            return "any link or ad"
        both = [each for each in self._wanted if each in other._wanted]
        return f"the ref “{shorten(both[0], 40)}”" if both else None

    def card(self) -> str:
        refs = ", ".join(self.refs)
        label = self.label if self.source == "any" else self.source.capitalize()
        return shorten(f"{label}: {refs}", 80) if refs else label

    def check(self) -> Iterator[Issue]:
        yield from check_blank("refs", self.refs, self._wanted)

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        return fold_words(self.refs)
