"""`first_message`: the first direct message of a contact."""

from __future__ import annotations

from typing import Any, ClassVar

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind


class FirstMessage(Trigger):
    """Starts the flow at the first direct message a contact ever sends.

    Keywords go first: a first message with the keyword of another flow starts that one.
    """

    type: ClassVar[str] = "first_message"
    label: ClassVar[str] = "First message"
    icon: ClassVar[str] = "hand"
    group: ClassVar[str] = "Direct messages"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "first_message"},)

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        refused = other_kind(event, "message")
        if refused is not None:
            return refused
        if not context.is_first:
            return NoMatch("not_the_first", "The contact has written before.")
        return Match(Rank.KIND, "It was the contact's first direct message.")

    def clash(self, other: Trigger) -> str | None:
        return "first messages" if isinstance(other, FirstMessage) else None
