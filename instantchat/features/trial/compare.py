"""What was answered and what would be, made alike and compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from instantchat.engine.effects import React, ReplyToComment
from instantchat.engine.simulate import Said
from instantchat.features.trial import schemas as s
from instantchat.store.records import Json, Message

_KINDS: dict[Any, s.Said] = {"react": "reaction", "comment_reply": "comment_reply"}


def compare(was: s.ReactionOut, would: s.ReactionOut) -> s.Difference:
    """`same`: the same flow says the same. It says nothing of time, nor of what else a flow does."""
    if (was.flow_id, was.messages) == (would.flow_id, would.messages):
        return "same"
    if was.flow_id is None and not was.messages:
        return "new"
    return "gone" if would.flow_id is None and not would.messages else "changed"


def answers_given(messages: Iterable[Message]) -> list[s.AnswerOut]:
    """Stored messages of flows."""
    return [
        s.AnswerOut(
            kind=_KINDS.get(message.extras.get("action"), "message"),
            text=message.text,
            attachments=[s.AttachmentIn(type=each["type"], url=each.get("url")) for each in message.attachments],
            **{alias: _titles(message.extras.get(name)) for name, alias in _OFFERS},
        )
        for message in messages
    ]


def answers_would(said: Iterable[Said]) -> list[s.AnswerOut]:
    """What came of a world."""
    return [_would(each) for each in said]


_OFFERS = (("quickReplies", "quick_replies"), ("buttons", "buttons"), ("cards", "cards"))


def _would(said: Said) -> s.AnswerOut:
    message = said.message
    if isinstance(message, ReplyToComment):
        return _plain("comment_reply", message.text)
    if isinstance(message, React):
        return _plain("reaction", "❤️" if message.emoji == "love" else message.emoji)
    return s.AnswerOut(
        kind="message",
        text=message.text or "\n".join(card.title for card in message.cards),
        attachments=[s.AttachmentIn(type=each.type, url=each.url) for each in message.attachments],
        quick_replies=[each.title for each in message.quick_replies],
        buttons=[each.title for each in message.buttons],
        cards=[each.title for each in message.cards],
    )


def _plain(kind: s.Said, text: str) -> s.AnswerOut:
    return s.AnswerOut(kind=kind, text=text, attachments=[], quick_replies=[], buttons=[], cards=[])


def _titles(items: Sequence[Json] | None) -> list[str]:
    return [str(each.get("title", "")) for each in items or ()]
