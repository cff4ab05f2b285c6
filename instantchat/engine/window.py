"""Instagram's messaging window as a type: what may be sent to a contact, by whom, until when.

Computed here and nowhere else; validation, engine, sender and composer ask it. Facts: `instagram-api.md` 3.2 to 3.4
(Meta: Instagram Messaging, "24-hour window" and "Human Agent tag"; Private Replies).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .plain import plain

STANDARD: Final = timedelta(hours=24)
AFTER_AD: Final = timedelta(days=7)  # policy page of 28 Sep 2026: a click-to-Direct ad may open up to 7 days
HUMAN: Final = timedelta(days=7)
PRIVATE_REPLY: Final = timedelta(days=7)
OPENING: Final = frozenset({"message", "postback", "story_reply", "story_mention"})
COMMENTS: Final = frozenset({"comment", "live_comment"})


class Gate(StrEnum):
    """Whether a flow's message may go out now."""

    OPEN = "open"
    PRIVATE_REPLY = "private_reply"  # only as the one private reply to the comment that started the run
    NOT_OPEN = "not_open"  # the private reply is spent and the contact has not answered
    CLOSED = "closed"


@plain
class Window:
    """`expires_at`: until when anything may be sent (None: the contact never wrote). `human_until`: until when a
    person may still answer, with the `HUMAN_AGENT` tag."""

    expires_at: datetime | None = None
    human_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether flows and people may send anything."""
        return self.expires_at is not None and now < self.expires_at

    def is_open_to_people(self, now: datetime) -> bool:
        """Whether a person may still answer."""
        return self.is_open(now) or (self.human_until is not None and now < self.human_until)

    def after(self, kind: str, at: datetime, *, from_ad: bool = False) -> Window:
        """The window once the contact did something of this kind at that moment; it never gets shorter.

        Comments, reactions and read receipts open nothing.
        """
        if kind not in OPENING:
            return self
        expires_at, human_until = at + (AFTER_AD if from_ad else STANDARD), at + HUMAN
        return Window(max(self.expires_at or expires_at, expires_at), max(self.human_until or human_until, human_until))


NEVER: Final = Window()
