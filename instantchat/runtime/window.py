"""The messaging window of a stored conversation."""

from __future__ import annotations

from instantchat.engine.window import HUMAN, STANDARD, Window
from instantchat.store.records import Conversation


def window_of(conversation: Conversation) -> Window:
    """Until when flows and people may write. Where it is not known when the contact was last heard, an ordinary window
    of 24 hours is taken to have opened then."""
    expires_at, heard_at = conversation.window_expires_at, conversation.heard_at
    if heard_at is None and expires_at is not None:
        heard_at = expires_at - STANDARD
    return Window(expires_at, None if heard_at is None else heard_at + HUMAN)
