"""`api`: a program starts the flow."""

from __future__ import annotations

from typing import Any, ClassVar

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind


class Api(Trigger):
    """Starts the flow for a contact when a program asks for it through the API, with variables it may give.

    This does not open the messaging window: what the flow sends needs one that is open already.
    """

    type: ClassVar[str] = "api"
    label: ClassVar[str] = "API"
    icon: ClassVar[str] = "code"
    group: ClassVar[str] = "Time and programs"
    opens_window: ClassVar[bool] = False
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "api"},)

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        return other_kind(event, "api") or Match(Rank.ANY, "A program started it.")
