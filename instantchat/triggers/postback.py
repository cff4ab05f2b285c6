"""`postback`: taps on buttons, menu items and quick replies with certain payloads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.form import Kind, Required
from instantchat.engine.issues import Issue
from instantchat.engine.payload import PREFIX
from instantchat.engine.text import shorten
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind
from instantchat.engine.words import WORD_LIMIT, check_blank, show_words

Payload = Annotated[str, Field(max_length=1000)]


class Postback(Trigger):
    """Starts the flow when a contact taps a button, menu item or quick reply that carries one of the payloads.

    For what was sent or set up outside of flows: the quick replies and buttons of a flow's own messages lead on in that
    flow. Payloads are compared as they are, case included.
    """

    type: ClassVar[str] = "postback"
    kinds: ClassVar[tuple[str, ...]] = ("postback", "message")
    label: ClassVar[str] = "Button tap"
    icon: ClassVar[str] = "mouse-pointer-click"
    group: ClassVar[str] = "Links and taps"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "postback", "payloads": ["MENU_PRICES"]},)

    payloads: Annotated[
        list[Payload],
        Field(title="Payloads", description="Any one is enough.", max_length=WORD_LIMIT),
        Kind("keywords"),
        Required,
    ] = []

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        refused = other_kind(event, *self.kinds)
        if refused is not None:
            return refused
        payload = (event.payload or "").strip()
        if not payload:
            return NoMatch("no_payload", "Nothing with a payload was tapped.")
        if payload.startswith(PREFIX):
            return NoMatch("tap_of_a_flow", "The button belongs to a flow's own message.")
        shown = {"payload": shorten(payload, 200)}
        if payload not in self._wanted:
            return NoMatch("other_payload", "It has another payload.", {**shown, "payloads": show_words(self._wanted)})
        return Match(Rank.PAYLOAD, f"The payload is “{shorten(payload, 60)}”.", shown)

    def clash(self, other: Trigger) -> str | None:
        both = [each for each in self._wanted if each in other._wanted] if isinstance(other, Postback) else []
        return f"the payload “{shorten(both[0], 40)}”" if both else None

    def card(self) -> str:
        payloads = ", ".join(self.payloads)
        return shorten(f"{self.label}: {payloads}", 80) if payloads else "No payload yet"

    def check(self) -> Iterator[Issue]:
        yield from check_blank("payloads", self.payloads, self._wanted)

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        return tuple(payload for payload in map(str.strip, self.payloads) if payload)
