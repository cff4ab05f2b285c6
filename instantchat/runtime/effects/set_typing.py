"""`set_typing`: shown by the outbox before the message that follows."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import SetTyping
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane


class SetTypingHandler(EffectHandler):
    """Remembered until the next message of the same handling."""

    kind: ClassVar[str] = SetTyping.kind

    def carry_out(self, effect: SetTyping, lane: Lane, run_id: str) -> None:
        lane.changes.typing_seconds = effect.seconds
