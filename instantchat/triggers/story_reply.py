"""`story_reply`: answers to the account's stories."""

from __future__ import annotations

from typing import Any, ClassVar

from instantchat.engine.words import WordTrigger


class StoryReply(WordTrigger):
    """Starts the flow when a contact answers a story of the account, with one of the keywords if any are given."""

    type: ClassVar[str] = "story_reply"
    kind: ClassVar[str] = "story_reply"
    label: ClassVar[str] = "Story reply"
    icon: ClassVar[str] = "reply"
    group: ClassVar[str] = "Stories"
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"type": "story_reply"},
        {"type": "story_reply", "keywords": ["link"]},
    )
