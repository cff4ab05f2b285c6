"""`any_message`: every direct message."""

from __future__ import annotations

from typing import Any, ClassVar

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind


class AnyMessage(Trigger):
    """Starts the flow at any direct message that no more specific trigger takes."""

    type: ClassVar[str] = "any_message"
    label: ClassVar[str] = "Any message"
    icon: ClassVar[str] = "message-circle"
    group: ClassVar[str] = "Direct messages"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "any_message"},)

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        return other_kind(event, "message") or Match(Rank.ANY, "It was a direct message.")

    def clash(self, other: Trigger) -> str | None:
        return "any message" if isinstance(other, AnyMessage) else None
