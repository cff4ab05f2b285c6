"""What a node says, as the messages Instagram takes. `SendMessage` is made here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .effects import Attachment, Button, Card, QuickReply, SendMessage
from .media import together
from .text import BUTTONS_BYTES, MESSAGE_BYTES, split_text
from .visit import Visit


def say(
    visit: Visit,
    text: str,
    *,
    media: Sequence[Attachment] = (),
    quick_replies: Sequence[QuickReply] = (),
    buttons: Sequence[Button] = (),
    cards: Sequence[Card] = (),
) -> tuple[SendMessage, ...]:
    """The messages in sending order: the media, the text in parts, the cards. None when there is nothing to say.

    `text` has its templates filled. Buttons hang on the last part of the text and quick replies on the last message;
    both are lost where there is neither text nor cards to hang on.
    """
    run_id, node_id = visit.run_id, visit.node_id
    messages = [SendMessage(run_id, node_id, attachments=tuple(each)) for each in together(media)]
    parts = split_text(text, BUTTONS_BYTES if buttons else MESSAGE_BYTES)
    messages += [SendMessage(run_id, node_id, part) for part in parts]
    if parts and buttons:
        messages[-1] = replace(messages[-1], buttons=tuple(buttons))
    if cards:
        messages.append(SendMessage(run_id, node_id, cards=tuple(cards)))
    if quick_replies and (parts or cards):
        messages[-1] = replace(messages[-1], quick_replies=tuple(quick_replies))
    return tuple(messages)
