"""Messages of the account itself, as Instagram echoes them: ours, or the owner's from the phone.

An echo carries nothing of ours but the mid, and may come before the answer to our own call does.
"""

from __future__ import annotations

import datetime as dt

from instantchat.runtime.automation import Automation
from instantchat.runtime.found import SLACK
from instantchat.runtime.lane import Lane, TryLater
from instantchat.runtime.people import take_over
from instantchat.store.records import Event, Json, MessageChange, OpenSend

PATIENCE = dt.timedelta(seconds=1)
TRIES = 4


def take_echo(lane: Lane, event: Event, automation: Automation) -> Json:
    """Settle the message it proves sent, or store what the owner wrote, which pauses automation.

    Raises `TryLater` while a send of the lane is under way that may be this one.
    """
    mid = event.payload.get("mid")
    known = lane.work.known_mids.get(mid) if mid else None
    if known is not None:
        if any(send.message_id == known.id for send in lane.work.open_sends):
            lane.changes.message_changes.append(MessageChange(known.id, status="sent"))
        return {"reason": "own_message", "messageId": known.id}
    ours = _same(lane, event)
    if ours is not None:
        lane.changes.settled |= {ours.message_id}
        lane.changes.message_changes.append(MessageChange(ours.message_id, status="sent", mid=mid))
        return {"reason": "own_message", "messageId": ours.message_id}
    if event.attempts < TRIES and any(send.status == "sending" for send in lane.work.open_sends):
        raise TryLater(lane.now + PATIENCE)
    return _from_phone(lane, event)


def _same(lane: Lane, event: Event) -> OpenSend | None:
    """The open send that this echo proves: one of the same text, or, for a template, which no phone can send, any.

    What is being sent now goes before what has an unknown outcome.
    """
    text = event.payload.get("text") or ""
    is_template = any(each.get("type") == "template" for each in event.payload.get("attachments") or ())
    is_media = not text and not is_template and bool(event.payload.get("attachments"))
    sends = sorted(lane.work.open_sends, key=lambda send: send.status != "sending")
    for send in sends:
        if send.message_id in lane.changes.settled:
            continue
        if event.payload.get("foundByCheck") and (send.tried_at or lane.now) > event.at + SLACK:
            continue  # it stood there before this call began
        if is_template or (send.text == text and (text or is_media)):
            return send
    return None


def _from_phone(lane: Lane, event: Event) -> Json:
    """The owner answered in Instagram's own app, or another program did. It never moves the window."""
    message = lane.add_message(
        direction="out",
        source="instagram",
        sender_kind="phone",
        sender_id=None,
        text=event.payload.get("text") or "",
        attachments=event.payload.get("attachments") or [],
        extras={"foundByCheck": True} if event.payload.get("foundByCheck") else {},
        status="sent",
        created_at=min(event.at, lane.now),
        mid=event.payload.get("mid"),
        event_id=event.id,
    )
    take_over(lane, message.created_at, "Somebody answered from Instagram's own app")
    lane.changes.counts["messages_out"] += 1
    return {"reason": "phone", "messageId": message.id}
