"""`react`: an emoji on the contact's message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.effects import React
from instantchat.engine.form import Required
from instantchat.engine.issues import Issue
from instantchat.engine.node import Take
from instantchat.engine.text import is_emoji
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode

# Meta's names in webhooks. Of these only `love` is documented for sending, where any emoji is too.
NAMED = {"love": "love", "angry": "😠", "sad": "😢", "wow": "😮", "like": "👍", "laugh": "😆"}


class ReactAction(ActionNode):
    """Reacts to the contact's last message with an emoji."""

    variant: ClassVar[str | None] = "react"
    label: ClassVar[str] = "React"
    icon: ClassVar[str] = "smile-plus"
    window: ClassVar[str] = "Needs an open window: within 24 hours of the contact's last message."
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"action": "react", "emoji": "❤️"},)

    emoji: Annotated[
        str,
        Field(title="Emoji", description="One emoji, or love, like, laugh, wow, sad or angry.", max_length=32),
        Required,
    ] = "love"

    def enter(self, visit: Visit) -> Take:
        mid = (visit.data.get("message") or {}).get("mid")
        if not isinstance(mid, str) or not mid:
            visit.warnings.append("there is no message to react to")
            return Take("next")
        name = self.emoji.strip()
        emoji = NAMED.get(name.lower(), name)
        if emoji != "love" and not is_emoji(emoji):
            return Take("next", error="This is no single emoji, so there was no reaction.")
        return Take("next", (React(visit.run_id, visit.node_id, mid, emoji),))

    def speaks(self) -> bool:
        return True

    def sends(self) -> int:
        return 0

    def card(self) -> str:
        return f"React with {self.emoji.strip()}" if self.emoji.strip() else "React"

    def check(self) -> Iterator[Issue]:
        name = self.emoji.strip()
        if name and name.lower() not in NAMED and not is_emoji(name):
            hint = "Give one emoji, or love, like, laugh, wow, sad or angry."
            yield Issue("bad_emoji", "This is no single emoji.", field="emoji", hint=hint)
