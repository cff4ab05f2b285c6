"""`live_comment`: comments during a live broadcast."""

from __future__ import annotations

from typing import Any, ClassVar

from instantchat.engine.words import WordTrigger


class LiveComment(WordTrigger):
    """Starts the flow at a comment on a live broadcast, with one of the keywords if any are given.

    A comment allows one private reply, while the broadcast lasts; more can be sent once the person has answered it.
    """

    type: ClassVar[str] = "live_comment"
    kind: ClassVar[str] = "live_comment"
    label: ClassVar[str] = "Live comment"
    icon: ClassVar[str] = "radio"
    group: ClassVar[str] = "Comments"
    opens_window: ClassVar[bool] = False
    gives_private_reply: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"type": "live_comment"},
        {"type": "live_comment", "keywords": ["me"]},
    )
