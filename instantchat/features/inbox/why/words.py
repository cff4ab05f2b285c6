"""Events, effects and waits as people say them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from instantchat.engine.text import shorten
from instantchat.engine.trigger import kind_name

if TYPE_CHECKING:
    from instantchat.features.inbox.why.record import EffectOut

_SHOWN = 300
_VALUE_SHOWN = 200
_MEDIA = {"image": "a picture", "video": "a video", "audio": "a voice message", "file": "a file"}
_DID = {
    "reaction": "reacted",
    "referral": "opened a link or an ad",
    "schedule": "A schedule came due",
    "echo": "The account wrote",
    "unsend": "took a message back",
    "edit": "edited a message",
    "profile": "The profile came",
    "result": "An answer to an API call or the AI came",
    "api": "A program started a flow",
    "read": "saw the messages",
}
_IMPERSONAL = ("schedule", "echo", "profile", "result", "api")
_VALUE_NAMES = {
    "text": "Text",
    "keyword": "Keyword",
    "keywords": "Keywords",
    "exclude": "Excluded",
    "kind": "It was",
    "payload": "Payload",
    "payloads": "Payloads",
    "ref": "Ref",
    "refs": "Refs",
    "emoji": "Emoji",
    "emojis": "Emojis",
    "source": "Came by",
    "wanted": "Wanted",
    "rule": "Condition",
    "last": "Last start",
    "change": "Change",
    "name": "Name",
    "mediaId": "Post",
    "mediaIds": "Posts",
    "attachments": "Attachments",
}


def event_sentence(kind: str, payload: Mapping[str, Any], who: str) -> str:
    """What happened, such as `Ana wrote “price?”`."""
    text = _happened(kind, payload, who)
    return text if text.endswith(("?”", "!”", ".”", "…”")) else f"{text}."


def _happened(kind: str, payload: Mapping[str, Any], who: str) -> str:
    if kind in _IMPERSONAL:
        return f"{_DID[kind]}{_quoted(payload, ' ') if kind == 'echo' else ''}"
    if kind == "message":
        return f"{who} {_said(payload)}"
    if kind == "postback":
        return f"{who} tapped{_quoted(payload, ' ') or ' a button'}"
    if kind in ("comment", "live_comment"):
        where = "in a live video" if kind == "live_comment" else "under a post"
        return f"{who} commented{_quoted(payload, ' ')} {where}"
    if kind == "reaction":
        taken_back = payload.get("action") == "unreact"
        emoji = payload.get("payload")
        return f"{who} took a reaction back" if taken_back else f"{who} reacted{f' {emoji}' if emoji else ''}"
    return f"{who} {_DID[kind]}" if kind in _DID else f"Instagram told us of “{kind.replace('_', ' ')}”"


def effect_sentence(effect: EffectOut) -> str:
    """What a step did, such as `Tagged “lead”`; a kind of a third party by its name."""
    told = effect.model_dump()
    match effect.kind:
        case "send_message":
            return _sent(told)
        case "reply_to_comment":
            return f"Replied under the post: “{told.get('text', '')}”"
        case "react":
            emoji = told.get("emoji", "")
            return f"Reacted {'❤️' if emoji == 'love' else emoji}".strip()
        case "tag_contact":
            return f"Tagged “{told.get('tag', '')}”"
        case "untag_contact":
            return f"Took off the tag “{told.get('tag', '')}”"
        case "set_variable" | "set_field":
            what = "variable" if effect.kind == "set_variable" else "field"
            return f"Set the {what} {told.get('name', '')} to “{told.get('value', '')}”"
        case "call_api":
            return f"Called {told.get('method', '')} {told.get('url', '')}"
        case "assign":
            return f"Gave the conversation to {told.get('member', '')}"
        case "add_note":
            return f"Wrote a note: “{told.get('text', '')}”"
        case "start_flow":
            return f"Asked for the flow “{told.get('flow', '')}” to start"
    return EFFECTS.get(effect.kind) or effect.kind.replace("_", " ").capitalize()


EFFECTS = {
    "set_typing": "Showed “typing”",
    "ask_ai": "Asked the AI",
    "hand_off": "Handed over to people; flows pause for this person",
    "notify": "Notified members",
    "fetch_profile": "Asked Instagram for the profile",
}
"""Effects that say nothing but what they are."""


def duration(seconds: float) -> str:
    """`2 h`, `1 d 4 h`, `45 s`: the two largest units."""
    if seconds < 1:
        return "under a second"
    left, parts = round(seconds), []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
        if len(parts) == 2 or (parts and unit == "min"):
            break
    return " ".join(parts)


def compared(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was looked at, as names and values to read."""
    return [(_VALUE_NAMES.get(name, name), _value(name, value)) for name, value in list(values.items())[:20]]


def _value(name: str, value: Any) -> str:
    if name == "kind" and isinstance(value, str):
        return kind_name(value)
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return shorten(", ".join(map(str, value)), _VALUE_SHOWN) or "none"
    if value is None or value == "":
        return "empty"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shorten(text, _VALUE_SHOWN)


def _said(payload: Mapping[str, Any]) -> str:
    attachments = payload.get("attachments")
    kinds = (
        [each.get("type") for each in attachments if isinstance(each, dict)] if isinstance(attachments, list) else []
    )
    reply_to = payload.get("replyTo")
    if "story_mention" in kinds:
        return "mentioned you in a story"
    if isinstance(reply_to, dict) and "story" in reply_to:
        return f"replied to your story{_quoted(payload, ': ')}"
    if payload.get("payload"):
        return f"tapped{_quoted(payload, ' ') or ' a choice'}"
    if payload.get("text"):
        return f"wrote{_quoted(payload, ' ')}"
    return f"sent {_MEDIA.get(str(kinds[0]), 'something') if kinds else 'a message without text'}"


def _sent(told: Mapping[str, Any]) -> str:
    text, cards = told.get("text"), _texts(told, "cards")
    media = ", ".join(_MEDIA.get(each, each) for each in _texts(told, "attachments"))
    what = f"“{text}”" if text else f"cards: {', '.join(cards)}" if cards else media or "a message"
    choices = _texts(told, "quickReplies") + _texts(told, "buttons")
    offered = f", with the choices {', '.join(choices)}" if choices else ""
    return f"{'Sent as the private reply' if told.get('commentId') else 'Sent'} {what}{offered}"


def _quoted(payload: Mapping[str, Any], lead: str) -> str:
    text = payload.get("text")
    return f"{lead}“{shorten(text, _SHOWN)}”" if isinstance(text, str) and text else ""


def _texts(told: Mapping[str, Any], name: str) -> list[str]:
    found = told.get(name)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
