"""What clients may send over the socket (DESIGN section 7)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from instantchat.features.wire import Wire


def storable(value: str) -> str:
    """Text that every database takes; raises ValueError for U+0000 and halves of surrogate pairs."""
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("The text has characters in it that cannot be stored.")
    return value


Text = Annotated[str, Field(max_length=20_000), AfterValidator(storable)]
Id = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(storable)]


class SendMessage(Wire):
    """`send_message`: to a conversation, or to a person by IGSID."""

    conversation_id: Id | None = None
    recipient_id: Id | None = None
    text: Text
    account_id: Id | None = None
    idempotency_key: Id | None = None

    @model_validator(mode="after")
    def _to_somebody(self) -> Self:
        if (self.conversation_id is None) == (self.recipient_id is None):
            raise ValueError("Give either conversationId or recipientId.")
        return self


class SetTyping(Wire):
    """`typing`: somebody here is, or is no longer, writing an answer."""

    conversation_id: Id
    is_typing: bool


class MarkRead(Wire):
    """`mark_read`: nothing is unread in this conversation any more."""

    conversation_id: Id


class Sync(Wire):
    """`sync`: what happened after the event with this number?"""

    since: Annotated[int, Field(ge=0)]
