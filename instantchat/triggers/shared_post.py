"""`shared_post`: a post, reel or story sent as a direct message."""

from __future__ import annotations

from typing import Any, ClassVar

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.filters import format_value
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind

# Meta: Instagram Messaging webhooks, attachment types; `share` until November 2025, both until February 2026.
SHARED = frozenset({"share", "ig_post", "ig_reel", "reel", "ig_story"})


class SharedPost(Trigger):
    """Starts the flow when a contact sends a post, reel or story as a direct message."""

    type: ClassVar[str] = "shared_post"
    label: ClassVar[str] = "Shared post"
    icon: ClassVar[str] = "share-2"
    group: ClassVar[str] = "Direct messages"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "shared_post"},)

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        refused = other_kind(event, "message")
        if refused is not None:
            return refused
        types = [format_value(each.get("type")) for each in event.attachments]
        shared = next((each for each in types if each in SHARED), None)
        if shared is None:
            return NoMatch("no_shared_post", "No post, reel or story is attached.", {"attachments": types[:10]})
        return Match(Rank.KIND, "A post, reel or story is attached.", {"attachment": shared})

    def clash(self, other: Trigger) -> str | None:
        return "shared posts" if isinstance(other, SharedPost) else None
