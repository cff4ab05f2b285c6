"""`default_reply`: direct messages nothing else answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.form import Labels
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind


class DefaultReply(Trigger):
    """Starts the flow at a direct message that no other flow takes.

    Every time, or at most once in 24 hours for each contact, so that a conversation with a person is not disturbed.
    """

    type: ClassVar[str] = "default_reply"
    label: ClassVar[str] = "Default reply"
    icon: ClassVar[str] = "message-circle-reply"
    group: ClassVar[str] = "Direct messages"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "default_reply", "every": "day"},)

    every: Annotated[
        Literal["time", "day"],
        Field(title="How often"),
        Labels({"time": "Every time", "day": "Once a day for each contact"}),
    ] = "time"

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        return other_kind(event, "message") or Match(Rank.DEFAULT, "It was a direct message.")

    def once_per(self) -> timedelta | None:
        return timedelta(days=1) if self.every == "day" else None

    def clash(self, other: Trigger) -> str | None:
        return "messages that no other flow takes" if isinstance(other, DefaultReply) else None

    def card(self) -> str:
        return self.label if self.every == "time" else f"{self.label}, once a day"
