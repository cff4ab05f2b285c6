"""What a contact says and does: stored, heard by the flows. What changes stored messages is in `marks`."""

from __future__ import annotations

from dataclasses import replace

from instantchat.channels.instagram.payloads import mapping, text_of
from instantchat.engine.context import InboundMessage
from instantchat.kit.clock import rfc3339
from instantchat.runtime.automation import Automation
from instantchat.runtime.found import is_late
from instantchat.runtime.heard import inbound_message
from instantchat.runtime.lane import Lane
from instantchat.runtime.marks import change_message
from instantchat.runtime.wishes import take_wish
from instantchat.store.records import Event, Json


def take_message(lane: Lane, event: Event, automation: Automation) -> Json:
    """A direct message, story reply or mention, quick reply tap, button or menu tap: stored, opens the window, and is
    heard by the flows unless another app holds the thread, or it is a word for us (`wishes`). One that is stored
    already is not taken again, and of one that was unsent before it came nothing is kept."""
    payload = event.payload
    if payload.get("isEcho"):
        return {"reason": "recorded"}  # a tap of the account's own, in a thread with itself
    if (known := lane.message_about(payload.get("mid"))) is not None:
        if known.extras.get("unsent"):
            lane.changes.forgotten.append(event.id)
            return {"reason": "taken_back", "messageId": known.id}
        return {"reason": "known_message", "messageId": known.id}
    heard = inbound_message(event.kind, payload, event.id, event.at)
    is_first = lane.known_conversation.heard_at is None
    lane.add_message(
        direction="in",
        source="instagram",
        sender_kind="contact",
        sender_id=lane.contact.id,
        text=payload.get("text") or "",
        attachments=payload.get("attachments") or [],
        extras=_extras(event.kind, payload),
        status="received",
        created_at=min(event.at, lane.now),
        mid=payload.get("mid"),
        event_id=event.id,
    )
    lane.changes.counts["messages_in"] += 1
    window = _came_in(lane, event, heard)
    if heard is None:
        return {"reason": "standby", "verdicts": [], **window}
    wish = take_wish(lane, heard, automation.policy)
    if wish is None and is_late(payload, event.at, lane.now):
        return {"reason": "found_late", "verdicts": [], **window}
    return {**(wish or automation.hear(lane, heard, is_first=is_first)), **window}


def take_comment(lane: Lane, event: Event, automation: Automation) -> Json:
    """A comment under a post: no message, and it opens no window; a conversation begins only where a flow answers."""
    heard = inbound_message(event.kind, event.payload, event.id, event.at)
    if heard is None:
        return {"reason": "recorded"}
    if is_late(event.payload, event.at, lane.now):
        return {"reason": "found_late", "verdicts": []}
    decision = automation.hear(lane, heard)
    if decision.get("startedRunId"):
        username = heard.refs.get("username")
        if username and lane.contact.username is None:
            lane.change_contact(username=username)
        text = f"Commented: “{heard.text}”" if heard.text else "Commented on a post."
        lane.add_note(decision["startedRunId"], text, at=event.at)
    return decision


def take_referral(lane: Lane, event: Event, automation: Automation) -> Json:
    """A link or an ad was opened in a thread that is there: heard by the flows, and seen in the conversation."""
    if lane.changes.conversation is not None:
        lane.add_activity(_came_by(mapping(event.payload.get("referral"))), event.at)
    heard = inbound_message(event.kind, event.payload, event.id, event.at)
    return {"reason": "recorded"} if heard is None else automation.hear(lane, heard)


def take_schedule(lane: Lane, event: Event, automation: Automation) -> Json:
    """The time has come for a flow that starts by the clock (`runtime/schedules.py`)."""
    refs: Json = {name: event.payload.get(name) for name in ("flowId", "nodeId", "moment")}
    return automation.hear(lane, InboundMessage(event.id, "schedule", event.at, refs=refs))


def take_edit(lane: Lane, event: Event, automation: Automation) -> Json:
    """A message was edited. Edit number 0 of a message that is not here is a new one where the operator says so: apps
    in development mode were seen to get messages in this form only."""
    message, text = lane.message_about(event.payload.get("mid")), event.payload.get("text")
    if message is None and automation.policy.edit_zero_is_new and _edit_number(event) == "0":
        return take_message(lane, replace(event, kind="message"), automation)
    if message is None or text is None or message.extras.get("unsent"):
        return {"reason": "unknown_message"}
    change_message(lane, message, text=text, extras={"edited": True})
    return {"reason": "edited", "messageId": message.id}


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


def _extras(kind: str, payload: Json) -> Json:
    """What is shown with an incoming message."""
    extras: Json = {name: payload[name] for name in ("replyTo", "referral") if name in payload}
    if payload.get("payload") is not None:
        extras["tapped"] = "postback" if kind == "postback" else "quick_reply"
    if payload.get("isStandby"):
        extras["standby"] = True
    if mapping(mapping(payload.get("raw")).get("message")).get("is_unsupported"):
        extras["unsupported"] = True
    if payload.get("foundByCheck"):
        extras["foundByCheck"] = True
    return extras


def _edit_number(event: Event) -> str | None:
    return text_of(mapping(mapping(event.payload.get("raw")).get("message_edit")).get("num_edit"))


def _came_by(referral: Json) -> str:
    ref = text_of(referral.get("ref"))
    what = "an ad" if referral.get("ad_id") or referral.get("source") == "ADS" else "a link"
    return f"Opened {what} (“{ref[:100]}”)." if ref else f"Opened {what}."
