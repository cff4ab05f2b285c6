"""What happens to messages that are there: taken back, edited, reacted to, seen; and to the thread as a whole."""

from __future__ import annotations

from instantchat.channels.instagram.payloads import mapping, text_of
from instantchat.kit.clock import rfc3339
from instantchat.runtime.automation import Automation
from instantchat.runtime.heard import inbound_message
from instantchat.runtime.lane import Lane
from instantchat.store.records import Event, Json, Message, MessageChange


def take_unsend(lane: Lane, event: Event, automation: Automation) -> Json:
    """A message was unsent, by the contact or from Instagram's own app: what it said and the addresses of its media are
    dropped, here and wherever it was copied to, as Meta's policy wants. One that has not come yet leaves its place, so
    that it is not taken in when it does."""
    mid = event.payload.get("mid")
    message = lane.message_about(mid)
    if message is None and mid:
        return {"reason": "unsent", "messageId": _place_of(lane, event, mid).id}
    if message is None:
        return {"reason": "unknown_message"}
    change_message(lane, message, text="", extras={"unsent": True})
    return {"reason": "unsent", "messageId": message.id}


def _place_of(lane: Lane, event: Event, mid: str) -> Message:
    is_ours = bool(event.payload.get("isEcho"))
    return lane.add_message(
        direction="out" if is_ours else "in",
        source="instagram",
        sender_kind="phone" if is_ours else "contact",
        sender_id=None if is_ours else lane.contact.id,
        text="",
        attachments=[],
        extras={"unsent": True},
        status="sent" if is_ours else "received",
        created_at=min(event.at, lane.now),
        mid=mid,
        event_id=event.id,
    )


def take_reaction(lane: Lane, event: Event, automation: Automation) -> Json:
    """A reaction is shown on its message, until it is taken back or another one replaces it, and heard by the flows."""
    payload = event.payload
    message = lane.message_about(payload.get("mid"))
    if message is not None and not message.extras.get("unsent"):
        who = "account" if payload.get("isEcho") else "contact"
        reactions = {**mapping(message.extras.get("reactions")), who: payload.get("payload") or "❤"}
        if payload.get("action") == "unreact":
            del reactions[who]
        change_message(lane, message, extras={"reactions": reactions})
    heard = inbound_message(event.kind, payload, event.id, event.at)
    return {"reason": "recorded"} if heard is None else automation.hear(lane, heard)


def take_seen(lane: Lane, event: Event, automation: Automation) -> Json:
    """The contact saw what was sent up to this message."""
    message = lane.message_about(event.payload.get("mid"))
    if message is None:
        return {"reason": "unknown_message"}
    if message.direction == "out" and not event.payload.get("isEcho") and "seenAt" not in message.extras:
        change_message(lane, message, extras={"seenAt": rfc3339(min(event.at, lane.now))})
    return {"reason": "seen", "messageId": message.id}


def take_handover(lane: Lane, event: Event, automation: Automation) -> Json:
    """Another app took, got or asked for the thread; told in the conversation, if there is one."""
    if lane.changes.conversation is not None:
        action = event.payload.get("action") or ""
        details = mapping(mapping(event.payload.get("raw")).get(action))
        did, named = _HANDOVERS.get(action, _HANDOVERS["take_thread_control"])
        app = text_of(details.get(named))
        lane.add_activity(f"{did} (app {app[:64]})." if app else f"{did}.", event.at)
    return {"reason": "recorded"}


_HANDOVERS = {
    "pass_thread_control": ("This conversation was handed to another app", "new_owner_app_id"),
    "take_thread_control": ("This conversation was taken from an app", "previous_owner_app_id"),
    "request_thread_control": ("Another app asked for this conversation", "requested_owner_app_id"),
}


def change_message(lane: Lane, message: Message, *, extras: Json, text: str | None = None) -> None:
    """Change a stored message, also where the list of conversations shows it; `extras` are added to what it has, or are
    all that is left of one that was `unsent`."""
    is_gone = "unsent" in extras
    lane.changes.message_changes.append(
        MessageChange(
            message.id,
            text=text,
            drop_attachments=is_gone,
            extras=extras if is_gone else {**message.extras, **extras},
            forget=is_gone and message.source == "instagram",  # `event_id` of the others is what they answer
        )
    )
    is_last = lane.conversation.last_at == message.created_at and lane.conversation.last_direction == message.direction
    if text is not None and is_last:
        lane.change_conversation(last_text=text)
