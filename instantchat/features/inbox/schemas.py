"""Conversations and messages as the API, the socket and the pages' events show them (DESIGN section 6)."""

from __future__ import annotations

from typing import Any, Literal, Self

from instantchat.features.wire import Moment, PageOut, Wire
from instantchat.store import records as r


class ContactRef(Wire):
    """The person of a conversation, as lists show them."""

    id: str
    igsid: str
    name: str | None
    username: str | None
    picture_url: str | None


class LastMessage(Wire):
    """What was said last."""

    text: str
    at: Moment | None
    direction: Literal["in", "out"] | None


class ConversationOut(Wire):
    """`Conversation` of DESIGN section 6. `optedOut`: the contact asked for no more automatic messages."""

    id: str
    account_id: str
    contact: ContactRef
    last_message: LastMessage | None
    unread_count: int
    status: r.ConversationStatus
    assignee_id: str | None
    paused_until: Moment | None
    window_expires_at: Moment | None
    opted_out: bool
    updated_at: Moment

    @classmethod
    def from_thread(cls, thread: r.Thread) -> Self:
        """The wire form of a stored conversation with its contact."""
        talk, contact = thread.conversation, thread.contact
        last = None
        if talk.last_at is not None:
            last = LastMessage(text=talk.last_text, at=talk.last_at, direction=talk.last_direction)
        return cls(
            id=talk.id,
            account_id=talk.account_id,
            contact=ContactRef(
                id=contact.id,
                igsid=contact.igsid,
                name=contact.name,
                username=contact.username,
                picture_url=contact.picture_url,
            ),
            last_message=last,
            unread_count=talk.unread_count,
            status=talk.status,
            assignee_id=talk.assignee_id,
            paused_until=talk.paused_until,
            window_expires_at=talk.window_expires_at,
            opted_out=contact.opted_out_at is not None,
            updated_at=talk.updated_at,
        )


class SenderOut(Wire):
    """Who wrote a message; `id` is the contact's, member's or flow's, null for the owner's phone."""

    kind: r.SenderKind
    id: str | None


class SendErrorOut(Wire):
    """Why a message did not go out, or why nobody knows whether it did."""

    code: str
    message: str


class MessageOut(Wire):
    """`Message` of DESIGN section 6."""

    id: str
    conversation_id: str
    mid: str | None
    direction: Literal["in", "out"]
    source: r.Source
    sender: SenderOut
    text: str
    attachments: list[dict[str, Any]]
    status: r.MessageStatus
    error: SendErrorOut | None
    event_id: str | None
    run_id: str | None
    created_at: Moment

    @classmethod
    def from_record(cls, message: r.Message) -> Self:
        """The wire form of a stored message."""
        error = None
        if message.error_code:
            error = SendErrorOut(code=message.error_code, message=message.error_text or "")
        return cls(
            id=message.id,
            conversation_id=message.conversation_id,
            mid=message.mid,
            direction=message.direction,
            source=message.source,
            sender=SenderOut(kind=message.sender_kind, id=message.sender_id),
            text=message.text,
            attachments=message.attachments,
            status=message.status,
            error=error,
            event_id=message.event_id,
            run_id=message.run_id,
            created_at=message.created_at,
        )


class ConversationsOut(PageOut[ConversationOut]):
    """Conversations, newest first, and the unread messages of the whole workspace."""

    total_unread: int


class ConversationPatch(Wire):
    """What to change; fields left out stay. `pausedUntil` null lets flows answer again, `optedOut` false lets automatic
    messages reach somebody who opted out."""

    status: r.ConversationStatus | None = None
    assignee_id: str | None = None
    paused_until: Moment | None = None
    opted_out: Literal[False] | None = None


class SendIn(Wire):
    """Body of `POST /api/instagram/send-message`; `recipientId` is the IGSID."""

    recipient_id: str
    message: str
    account_id: str | None = None
    idempotency_key: str | None = None
