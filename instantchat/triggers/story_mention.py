"""`story_mention`: the account mentioned in a contact's story."""

from __future__ import annotations

from typing import Any, ClassVar

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind


class StoryMention(Trigger):
    """Starts the flow when a contact mentions the account in a story."""

    type: ClassVar[str] = "story_mention"
    label: ClassVar[str] = "Story mention"
    icon: ClassVar[str] = "at-sign"
    group: ClassVar[str] = "Stories"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "story_mention"},)

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        return other_kind(event, "story_mention") or Match(Rank.ANY, "It was a story mention.")

    def clash(self, other: Trigger) -> str | None:
        return "story mentions" if isinstance(other, StoryMention) else None
