"""What a contact does: stored, heard by the flows; unsending and editing change messages."""

from __future__ import annotations

from instantchat.engine.context import InboundMessage
from instantchat.kit.clock import rfc3339
from instantchat.runtime.automation import Automation
from instantchat.runtime.heard import inbound_message
from instantchat.runtime.lane import Lane
from instantchat.store.records import Event, Json, MessageChange


def take_message(lane: Lane, event: Event, automation: Automation) -> Json:
    """A direct message, story reply or mention, quick reply tap, button or menu tap: stored, opens the window, and is
    heard by the flows unless another app holds the thread."""
    payload = event.payload
    heard = inbound_message(event.kind, payload, event.id, event.at)
    is_first = lane.known_conversation.heard_at is None
    lane.add_message(
        direction="in",
        source="instagram",
        sender_kind="contact",
        sender_id=lane.contact.id,
        text=payload.get("text") or "",
        attachments=payload.get("attachments") or [],
        extras=_extras(payload),
        status="received",
        created_at=min(event.at, lane.now),
        mid=payload.get("mid"),
        event_id=event.id,
    )
    lane.changes.counts["messages_in"] += 1
    window = _came_in(lane, event, heard)
    if heard is None:
        return {"reason": "standby", "verdicts": [], **window}
    return {**automation.hear(lane, heard, is_first=is_first), **window}


def take_comment(lane: Lane, event: Event, automation: Automation) -> Json:
    """A comment under a post: no message, and it opens no window; a conversation begins only where a flow answers."""
    heard = inbound_message(event.kind, event.payload, event.id, event.at)
    if heard is None:
        return {"reason": "recorded"}
    decision = automation.hear(lane, heard)
    if decision.get("startedRunId"):
        username = heard.refs.get("username")
        if username and lane.contact.username is None:
            lane.change_contact(username=username)
        text = f"Commented: “{heard.text}”" if heard.text else "Commented on a post."
        lane.add_note(decision["startedRunId"], text, at=event.at)
    return decision


def take_sign(lane: Lane, event: Event, automation: Automation) -> Json:
    """A reaction or an opened link: heard by the flows, and nothing else."""
    heard = inbound_message(event.kind, event.payload, event.id, event.at)
    return {"reason": "recorded"} if heard is None else automation.hear(lane, heard)


def take_schedule(lane: Lane, event: Event, automation: Automation) -> Json:
    """The time has come for a flow that starts by the clock (`runtime/schedules.py`)."""
    refs: Json = {name: event.payload.get(name) for name in ("flowId", "nodeId", "moment")}
    return automation.hear(lane, InboundMessage(event.id, "schedule", event.at, refs=refs))


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


def _came_in(lane: Lane, event: Event, heard: InboundMessage | None) -> Json:
    """One more is unread, and what the contact did opens the messaging window; until when is kept with the event."""
    at = min(event.at, lane.now)
    is_from_ad = heard is not None and heard.refs.get("referralSource") == "ad"
    window = lane.window.after(heard.kind if heard is not None else event.kind, at, from_ad=is_from_ad)
    conversation = lane.conversation
    lane.change_conversation(
        unread_count=conversation.unread_count + 1,
        window_expires_at=window.expires_at,
        heard_at=max(conversation.heard_at or at, at),
    )
    return {"windowExpiresAt": rfc3339(window.expires_at)} if window.expires_at is not None else {}


def _extras(payload: Json) -> Json:
    """What is shown with an incoming message."""
    return {name: payload[name] for name in ("replyTo", "referral") if name in payload}
