"""What Meta takes as a message, and the refusal of what it does not (`instagram-api.md` 3.2)."""

from __future__ import annotations

from typing import Any

from instantchat.channels.simulator.refusals import bad_parameter
from instantchat.channels.simulator.threads import Json

_MAX_TEXT_BYTES = 1000
_MAX_QUICK_REPLIES = 13
_MAX_TITLE = 20
_MAX_PAYLOAD = 1000
_MAX_BUTTONS = 3
_MAX_TEMPLATE_TEXT = 640
_MAX_CARDS = 10
_MAX_CARD_TEXT = 80
_MAX_IMAGES = 10
_CARD_FIELDS = ("subtitle", "image_url", "default_action", "buttons")
_REPLY_KINDS = ("text", "user_phone_number", "user_email")
FETCHED = ("image", "video", "audio", "file")
_MEDIA = (*FETCHED, "like_heart", "MEDIA_SHARE")


def read_message(message: Any) -> Json:
    """Meta's message object, checked, with its attachment as a list; titles are cut to 20 characters."""
    message = as_object(message)
    text, attachment = message.get("text"), message.get("attachment")
    many = message.get("attachments")
    attachments = [as_object(item) for item in (many if isinstance(many, list) else [attachment] if attachment else [])]
    if text is not None and attachments:
        raise bad_parameter("(#100) text and attachment cannot be in one message", 2534015)
    if not attachments and (not isinstance(text, str) or not text):
        raise bad_parameter("(#100) The message has neither text nor attachment", 2534015)
    if isinstance(text, str) and len(text.encode("utf-8", "replace")) > _MAX_TEXT_BYTES:
        raise bad_parameter("(#100) Length of param message[text] must be less than or equal to 1000")
    if len(attachments) > 1 and (len(attachments) > _MAX_IMAGES or any(a.get("type") != "image" for a in attachments)):
        raise bad_parameter("(#100) Several attachments are 2 to 10 images", 2534015)
    for item in attachments:
        _check_attachment(item)
    body: Json = {"attachments": attachments} if attachments else {"text": text}
    replies = message.get("quick_replies")
    if replies is not None:
        body["quick_replies"] = _quick_replies(replies)
    return body


def _check_attachment(item: Json) -> None:
    kind, payload = item.get("type"), as_object(item.get("payload"))
    if kind == "template":
        _check_template(payload)
    elif kind not in _MEDIA:
        raise bad_parameter("(#100) Invalid attachment type", 2534015)
    elif kind in FETCHED and "attachment_id" not in payload:
        url = payload.get("url")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise bad_parameter("(#100) Failed to fetch the file from the url", 2018008)


def _check_template(payload: Json) -> None:
    if payload.get("template_type") == "generic":
        _check_cards(payload.get("elements"))
        return
    text = payload.get("text")
    if payload.get("template_type") != "button" or not isinstance(text, str) or not 0 < len(text) <= _MAX_TEMPLATE_TEXT:
        raise bad_parameter("(#100) Invalid template", 2534015)
    _check_buttons(payload.get("buttons"))


def _check_cards(elements: Any) -> None:
    if not isinstance(elements, list) or not 0 < len(elements) <= _MAX_CARDS:
        raise bad_parameter("(#100) A generic template has 1 to 10 elements", 2534015)
    for element in map(as_object, elements):
        title, subtitle = element.get("title"), element.get("subtitle", "")
        if not isinstance(title, str) or not title or not any(element.get(name) for name in _CARD_FIELDS):
            raise bad_parameter("(#100) An element needs a title and one more field", 2534015)
        if len(title) > _MAX_CARD_TEXT or not isinstance(subtitle, str) or len(subtitle) > _MAX_CARD_TEXT:
            raise bad_parameter("(#100) Title and subtitle have at most 80 characters", 2534015)
        if "buttons" in element:
            _check_buttons(element["buttons"])


def _check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 0 < len(buttons) <= _MAX_BUTTONS:
        raise bad_parameter("(#100) A template has 1 to 3 buttons", 2534015)
    for button in map(as_object, buttons):
        if not button.get("title") or not (
            button.get("url") if button.get("type") == "web_url" else "payload" in button
        ):
            raise bad_parameter("(#100) Invalid button", 2534015)
        if button.get("type") not in ("web_url", "postback") or len(str(button.get("payload", ""))) > _MAX_PAYLOAD:
            raise bad_parameter("(#100) Invalid button", 2534015)


def _quick_replies(replies: Any) -> list[Json]:
    if not isinstance(replies, list) or not 0 < len(replies) <= _MAX_QUICK_REPLIES:
        raise bad_parameter("(#100) Param message[quick_replies] must have 1 to 13 elements")
    found = [as_object(reply) for reply in replies]
    if any(reply.get("content_type") not in _REPLY_KINDS for reply in found):
        raise bad_parameter(f"(#100) Param content_type must be one of {{{', '.join(_REPLY_KINDS)}}}")
    if any(len(str(reply.get("payload", ""))) > _MAX_PAYLOAD for reply in found):
        raise bad_parameter("(#100) Length of param payload must be less than or equal to 1000")
    if any(not reply.get("title") for reply in found if reply["content_type"] == "text"):
        raise bad_parameter("(#100) Param message[quick_replies][title] must be a string")
    return [{**reply, "title": str(reply.get("title", ""))[:_MAX_TITLE]} for reply in found]


def as_object(value: Any) -> Json:
    """The object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}
