"""`poll_emoji`: a message that is nothing but emojis."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind

_JOINERS = {"\u200d", "\ufe0f", "\u20e3"}  # zero width joiner, emoji style, keycap: parts of one emoji
_KINDS = {"So", "Sk"}  # Unicode: symbols, and the skin tones among the modifiers


class EmojiOnly(Trigger):
    """Starts the flow at a direct message of nothing but emojis."""

    type: ClassVar[str] = "poll_emoji"
    label: ClassVar[str] = "Only emojis"
    icon: ClassVar[str] = "smile"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "poll_emoji"},)

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        refused = other_kind(event, "message")
        if refused is not None:
            return refused
        text = "".join((event.text or "").split())
        if not text:
            return NoMatch("no_text", "The message has no text.")
        other = next((sign for sign in text if not _is_emoji(sign)), None)
        if other is not None:
            return NoMatch("not_only_emojis", f"“{other}” is no emoji.", {"sign": other})
        return Match(Rank.KIND, "It was a message of nothing but emojis.")

    def clash(self, other: Trigger) -> str | None:
        return "messages of emojis" if isinstance(other, EmojiOnly) else None


def _is_emoji(sign: str) -> bool:
    return sign in _JOINERS or (unicodedata.category(sign) in _KINDS and ord(sign) > 0x2000)
