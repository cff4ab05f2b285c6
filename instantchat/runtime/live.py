"""What the runtime and the services tell the world as it happens; `realtime.hub` carries it to pages and sockets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from instantchat.store.records import Account, Flow, Message, Note, RunRecord, Thread

LiveKind = Literal["message", "conversation", "run", "account", "flow", "typing", "notification"]


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody in the workspace is, or is no longer, typing to a contact."""

    conversation_id: str
    user_id: str
    name: str
    is_typing: bool


@dataclass(frozen=True, slots=True)
class Notification:
    """A sentence for the people of a workspace."""

    level: Literal["info", "warning", "error"]
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a flow tells all members of the workspace, or one; kept as a note of the conversation."""

    note: Note
    member_id: str | None = None


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One change, already stored: `record` is the row as it is now."""

    workspace_id: str
    kind: LiveKind
    record: Message | Thread | RunRecord | Account | Flow | Typing | Notification | Notice


class Publisher(Protocol):
    """Where live events go. Never blocks and never raises: what is live is a courtesy, the database is the truth."""

    def publish(self, event: LiveEvent) -> None:
        """Hand the event to everyone who listens to its workspace."""
        ...
