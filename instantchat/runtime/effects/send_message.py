"""`send_message`: into the outbox."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import SendMessage
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane
from instantchat.store.records import Json, RunRecord


class SendMessageHandler(EffectHandler):
    """Queues one message, which is one API call. Its source is `web`: it comes from here, not from Instagram."""

    kind: ClassVar[str] = SendMessage.kind

    def carry_out(self, effect: SendMessage, lane: Lane, run_id: str) -> None:
        run = lane.changes.runs[run_id]
        lane.add_message(
            direction="out",
            source="web",
            sender_kind="flow",
            sender_id=run.flow_id,
            text=effect.text or "",
            attachments=[{"type": each.type, "url": each.url} for each in effect.attachments],
            extras=_extras(effect, lane),
            status="queued",
            created_at=lane.now,
            run_id=run_id,
            event_id=_heard(run),
        )


def _heard(run: RunRecord) -> str | None:
    """The event that the run heard last: what this message answers."""
    message = run.data.get("data", {}).get("message") or {}
    return message.get("event_id") or run.event_id


def _extras(effect: SendMessage, lane: Lane) -> Json:
    extras: Json = {}
    if effect.quick_replies:
        extras["quickReplies"] = [
            {"id": each.id, "title": each.title, "payload": each.payload} for each in effect.quick_replies
        ]
    if effect.buttons:
        extras["buttons"] = [
            {"id": each.id, "title": each.title, "type": each.type, "url": each.url, "payload": each.payload}
            for each in effect.buttons
        ]
    if lane.changes.typing_seconds:
        extras["typingSeconds"], lane.changes.typing_seconds = lane.changes.typing_seconds, 0
    return extras
