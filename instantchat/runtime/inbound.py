"""What a contact does: messages and taps are stored and heard by the flows; unsending and editing change messages."""

from __future__ import annotations

from typing import Any

from instantchat.engine.context import InboundMessage
from instantchat.runtime.automation import Automation
from instantchat.runtime.lane import WINDOW, Lane
from instantchat.store.records import Event, Json, MessageChange

_MENTION = "story_mention"


def take_message(lane: Lane, event: Event, automation: Automation) -> Json:
    """A direct message, story reply or mention, quick reply tap, button or menu tap: stored, opens the window, and is
    heard by the flows unless another app holds the thread."""
    payload = event.payload
    at = min(event.at, lane.now)
    message = lane.add_message(
        direction="in",
        source="instagram",
        sender_kind="contact",
        sender_id=lane.contact.id,
        text=payload.get("text") or "",
        attachments=payload.get("attachments") or [],
        extras=_extras(payload),
        status="received",
        created_at=at,
        mid=payload.get("mid"),
        event_id=event.id,
    )
    conversation = lane.conversation
    window = max(conversation.window_expires_at or at, at + WINDOW)
    lane.change_conversation(unread_count=conversation.unread_count + 1, window_expires_at=window)
    lane.changes.counts["messages_in"] += 1
    if payload.get("isStandby"):
        return {"reason": "standby", "verdicts": []}
    heard = InboundMessage(
        event_id=event.id,
        kind=_kind(event),
        at=event.at,
        text=payload.get("text"),
        payload=payload.get("payload"),
        attachments=tuple(message.attachments),
        refs={"mid": payload["mid"]} if "mid" in payload else {},
    )
    return automation.hear(lane, heard)


def take_unsend(lane: Lane, event: Event, automation: Automation) -> Json:
    """A message was unsent: its text and the addresses of its media are dropped, as Meta's policy wants."""
    message_id = lane.work.known_mids.get(event.payload.get("mid", ""))
    if message_id is None:
        return {"reason": "unknown_message"}
    lane.changes.message_changes.append(MessageChange(message_id, text="", drop_attachments=True))
    return {"reason": "unsent", "messageId": message_id}


def take_edit(lane: Lane, event: Event, automation: Automation) -> Json:
    """A message was edited."""
    message_id = lane.work.known_mids.get(event.payload.get("mid", ""))
    text = event.payload.get("text")
    if message_id is None or text is None:
        return {"reason": "unknown_message"}
    lane.changes.message_changes.append(MessageChange(message_id, text=text))
    return {"reason": "edited", "messageId": message_id}


def take_profile(lane: Lane, event: Event, automation: Automation) -> Json:
    """`runtime.profiles` fetched the contact's profile; None values leave what is known."""
    given = {
        column: event.payload[name]
        for name, column in (("name", "name"), ("username", "username"), ("pictureUrl", "picture_url"))
        if event.payload.get(name) is not None
    }
    lane.change_contact(profile_at=event.at, **given)
    return automation.give_profile(lane)


def take_result(lane: Lane, event: Event, automation: Automation) -> Json:
    """`runtime.calls` has the answer to a run's API call."""
    return automation.give_result(lane, event)


def _kind(event: Event) -> str:
    """As flows tell them apart: a story reply or mention is no direct message."""
    if event.kind == "postback":
        return "postback"
    reply_to: Any = event.payload.get("replyTo")
    if isinstance(reply_to, dict) and "story" in reply_to:
        return "story_reply"
    if any(each.get("type") == _MENTION for each in event.payload.get("attachments") or ()):
        return "story_mention"
    return "message"


def _extras(payload: Json) -> Json:
    """What is shown with an incoming message."""
    return {name: payload[name] for name in ("replyTo", "referral") if name in payload}
