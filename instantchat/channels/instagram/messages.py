"""Our outgoing message to the bodies Meta accepts, within its limits (`instagram-api.md` 3.2).

One message of ours may need several of theirs: text and media cannot share one, and text has 1,000 bytes. Up to ten
images are one message; any other medium is one of its own.
Media goes first and cards last; quick replies, which Instagram shows only under the last message, are on that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from instantchat.engine.media import together

MAX_TEXT_BYTES = 1000
MAX_TEMPLATE_TEXT = 640
MAX_QUICK_REPLIES = 13
MAX_BUTTONS = 3
MAX_TITLE = 20
MAX_CARDS = 10
MAX_CARD_TEXT = 80
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class QuickReply:
    """A chip under the message; `payload` comes back with the tap."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button under the text: with a `url` it opens it, else `payload` comes back as a postback."""

    title: str
    payload: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """Media by public URL, or by the id of an upload (`uploads`); `type` is image, video, audio or file, or like_heart
    without either."""

    type: str
    url: str | None = None
    attachment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One card of a row; Instagram refuses one with nothing but a title. `url` opens when it is tapped."""

    title: str
    subtitle: str = ""
    image_url: str | None = None
    url: str | None = None
    buttons: Sequence[Button] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a flow or a person wants to say."""

    text: str = ""
    attachments: Sequence[Attachment] = ()
    quick_replies: Sequence[QuickReply] = ()
    buttons: Sequence[Button] = ()
    cards: Sequence[Card] = ()


def bodies(
    outgoing: Outgoing, *, igsid: str | None = None, comment_id: str | None = None, tag: str | None = None
) -> list[Json]:
    """The send bodies in their order; empty when there is nothing to say.

    Exactly one of `igsid` (a DM) and `comment_id` (the private reply to a comment) names the recipient.
    `tag` is `HUMAN_AGENT` on a person's message outside the 24 h window, else None.
    """
    if (igsid is None) == (comment_id is None):
        raise ValueError("name the recipient by igsid or by comment_id")
    envelope: Json = {"recipient": {"id": igsid} if comment_id is None else {"comment_id": comment_id}}
    if tag is not None:
        envelope["tag"] = tag
    return [{**envelope, "message": message} for message in _messages(outgoing)]


def sender_action(igsid: str, action: str) -> Json:
    """The body of typing_on, typing_off or mark_seen."""
    return {"recipient": {"id": igsid}, "sender_action": action}


def reaction(igsid: str, mid: str, emoji: str | None) -> Json:
    """The body that reacts to a message, or takes the reaction back (`emoji` None)."""
    payload = {"message_id": mid} if emoji is None else {"message_id": mid, "reaction": emoji}
    action = "unreact" if emoji is None else "react"
    return {"recipient": {"id": igsid}, "sender_action": action, "payload": payload}


def media(attachment: Attachment) -> Json:
    """Meta's attachment object."""
    if attachment.attachment_id is not None:
        return {"type": attachment.type, "payload": {"attachment_id": attachment.attachment_id}}
    if attachment.url is None:
        return {"type": attachment.type}
    return {"type": attachment.type, "payload": {"url": attachment.url}}


def split_text(text: str, limit: int = MAX_TEXT_BYTES) -> list[str]:
    """Pieces of at most `limit` UTF-8 bytes, cut between words where there are any, never inside a character."""
    return list(_pieces(text.strip(), limit))


def _messages(outgoing: Outgoing) -> list[Json]:
    messages = list(_media_messages(outgoing.attachments))
    text = outgoing.text
    if not text.strip() and (outgoing.buttons or (outgoing.quick_replies and not outgoing.cards)):
        text = " / ".join(choice.title for choice in outgoing.buttons or outgoing.quick_replies)
    *before, last = split_text(text, MAX_TEMPLATE_TEXT if outgoing.buttons else MAX_TEXT_BYTES) or [""]
    messages += [{"text": piece} for piece in before]
    if outgoing.buttons:
        messages.append(_template("button", text=last, buttons=_buttons(outgoing.buttons)))
    elif last:
        messages.append({"text": last})
    if outgoing.cards:
        messages.append(_template("generic", elements=[_element(card) for card in outgoing.cards[:MAX_CARDS]]))
    if outgoing.quick_replies:
        messages[-1]["quick_replies"] = [
            {"content_type": "text", "title": reply.title[:MAX_TITLE], "payload": reply.payload}
            for reply in outgoing.quick_replies[:MAX_QUICK_REPLIES]
        ]
    return messages


def _template(kind: str, **payload: Any) -> Json:
    return {"attachment": {"type": "template", "payload": {"template_type": kind, **payload}}}


def _element(card: Card) -> Json:
    """A card of the generic template; what is not given is left out."""
    action = {"type": "web_url", "url": card.url} if card.url else None
    element = {
        "title": card.title[:MAX_CARD_TEXT],
        "subtitle": card.subtitle[:MAX_CARD_TEXT],
        "image_url": card.image_url,
        "default_action": action,
        "buttons": _buttons(card.buttons),
    }
    return {name: value for name, value in element.items() if value}


def _buttons(buttons: Sequence[Button]) -> list[Json]:
    return [_button(button) for button in buttons[:MAX_BUTTONS]]


def _media_messages(attachments: Sequence[Attachment]) -> Iterator[Json]:
    """Images in a row share a message, anything else has one of its own."""
    for group in together(attachments):
        objects = list(map(media, group))
        yield {"attachment": objects[0]} if len(objects) == 1 else {"attachments": objects}


def _button(button: Button) -> Json:
    if button.url is not None:
        return {"type": "web_url", "title": button.title[:MAX_TITLE], "url": button.url}
    return {"type": "postback", "title": button.title[:MAX_TITLE], "payload": button.payload}


def _pieces(text: str, limit: int) -> Iterator[str]:
    while text:
        data = text.encode("utf-8", "replace")
        if len(data) <= limit:
            yield text
            return
        head = data[:limit].decode("utf-8", "ignore")
        follows_space = text[len(head)].isspace()
        cut = len(head) if follows_space else max((head.rfind(space) for space in (" ", "\n", "\t")), default=-1)
        if cut <= 0:
            cut = len(head)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
