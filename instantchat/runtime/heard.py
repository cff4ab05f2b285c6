"""What flows hear of an event, read from what intake kept of it (`intake.event_payload`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from instantchat.channels.instagram.payloads import mapping, text_of
from instantchat.engine.context import InboundMessage
from instantchat.store.records import Json

_MENTION = "story_mention"
_AD = "ADS"  # `source` of a referral that came from an ad
_UNHEARD = ("isEcho", "isStandby", "isTest")


def inbound_message(event_kind: str, payload: Json, event_id: str, at: dt.datetime) -> InboundMessage | None:
    """The event of this kind and payload as flows hear it; None when they do not.

    They hear nothing of the kinds that are not in `HEARD`, of what the account itself did, of what came while another
    app held the thread, of the dashboard's tests, and of a reaction that was taken back.
    """
    read = _READERS.get(event_kind)
    if read is None or any(payload.get(name) for name in _UNHEARD):
        return None
    if event_kind == "reaction" and payload.get("action") == "unreact":
        return None
    kind, refs = read(event_kind, payload)
    return InboundMessage(
        event_id=event_id,
        kind=kind,
        at=at,
        text=payload.get("text"),
        payload=payload.get("payload"),
        attachments=tuple(payload.get("attachments") or ()),
        refs={name: value for name, value in refs.items() if value is not None},
    )


def _message(kind: str, payload: Json) -> tuple[str, dict[str, Any]]:
    """A story reply or mention is no direct message to flows."""
    refs = {"mid": payload.get("mid")}
    reply_to = mapping(payload.get("replyTo"))
    if "story" in reply_to:
        story = mapping(reply_to["story"])
        return "story_reply", {**refs, "storyId": text_of(story.get("id")), "storyUrl": text_of(story.get("url"))}
    attachments = payload.get("attachments") or ()
    mention = next((each for each in attachments if each.get("type") == _MENTION), None)
    if mention is not None:
        return _MENTION, {**refs, "storyUrl": mention.get("url")}
    return kind, {**refs, **_came_by(mapping(payload.get("referral")))}


def _postback(kind: str, payload: Json) -> tuple[str, dict[str, Any]]:
    return kind, {"mid": payload.get("mid"), **_came_by(mapping(payload.get("referral")))}


def _reaction(kind: str, payload: Json) -> tuple[str, dict[str, Any]]:
    return kind, {"mid": payload.get("mid")}


def _referral(kind: str, payload: Json) -> tuple[str, dict[str, Any]]:
    return kind, _came_by(mapping(payload.get("referral")))


def _comment(kind: str, payload: Json) -> tuple[str, dict[str, Any]]:
    comment = mapping(payload.get("comment"))
    names = ("mediaId", "mediaKind", "parentId", "username")
    return kind, {"commentId": comment.get("id"), **{name: comment.get(name) for name in names}}


def _came_by(referral: Json) -> dict[str, Any]:
    """The link or ad. A product of a shop is neither, so it leaves nothing."""
    ref, source, ad_id = (text_of(referral.get(name)) for name in ("ref", "source", "ad_id"))
    if not (ref or source or ad_id):
        return {}
    return {"ref": ref, "referralSource": "ad" if ad_id or source == _AD else "link", "adId": ad_id}


_READERS: dict[str, Callable[[str, Json], tuple[str, dict[str, Any]]]] = {
    "message": _message,
    "postback": _postback,
    "reaction": _reaction,
    "referral": _referral,
    "comment": _comment,
    "live_comment": _comment,
}
HEARD: Final = frozenset(_READERS)
"""The kinds of events that flows can hear."""
