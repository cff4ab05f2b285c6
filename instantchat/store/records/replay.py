"""The past, as a draft of a flow is tried on it."""

from __future__ import annotations

from dataclasses import dataclass

from instantchat.store.records.inbox import Contact
from instantchat.store.records.queue import Event


@dataclass(frozen=True, slots=True)
class ReplayEvent:
    """An event that was handled or failed, with whom it came from as they are now, and the account it came to."""

    event: Event
    conversation_id: str | None
    contact: Contact | None
    ig_user_id: str
    username: str
