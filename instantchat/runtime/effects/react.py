"""`react`: into the outbox, as a message that is an emoji."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import React
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane


class ReactHandler(EffectHandler):
    """Queues one call; no echo comes of it."""

    kind: ClassVar[str] = React.kind

    def carry_out(self, effect: React, lane: Lane, run_id: str) -> None:
        shown = "❤️" if effect.emoji == "love" else effect.emoji
        lane.queue_message(run_id, text=shown, extras={"action": "react", "mid": effect.mid, "emoji": effect.emoji})
