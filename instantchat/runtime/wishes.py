"""Words that are for us and no flow: no more automatic messages, automatic messages again, a person please."""

from __future__ import annotations

from instantchat.engine.context import InboundMessage
from instantchat.engine.payload import decode_tap
from instantchat.engine.text import fold, shorten
from instantchat.kit.clock import rfc3339
from instantchat.runtime.automation import Policy
from instantchat.runtime.lane import Lane
from instantchat.runtime.live import Notice
from instantchat.runtime.people import HANDOFF_PAUSE, end_runs, hand_over, span_in_words
from instantchat.store.records import Json

OPTED_OUT = "opted_out: The person asked for no more automatic messages, so the run ended."
CALLED_A_PERSON = "escalated: The person asked for somebody of yours, so the run ended."
_LONGEST = 100  # characters of a word


def take_wish(lane: Lane, message: InboundMessage, policy: Policy) -> Json | None:
    """Do what the whole message asks of us, also while flows are paused; the record of it. None for any other message,
    and for the tap of a choice that a run waits for, whatever its title."""
    text = message.text or ""
    if message.kind != "message" or len(text) > _LONGEST or _is_awaited(lane, message):
        return None
    word = fold(text)
    if word in policy.stop_words and lane.contact.opted_out_at is None:
        return _opt_out(lane, message)
    if word in policy.start_words and lane.contact.opted_out_at is not None:
        return _opt_in(lane, message)
    words = lane.rules.escalation_words
    if words and word in map(fold, words):
        return _call_a_person(lane, message)
    return None


def _opt_out(lane: Lane, message: InboundMessage) -> Json:
    """Confirmed once: who is opted out already gets no answer to a second one."""
    cancelled = end_runs(lane, OPTED_OUT)
    lane.change_contact(opted_out_at=lane.now)
    lane.add_activity(f"Opted out of automatic messages with “{_quoted(message)}”.", message.at)
    decision: Json = {"reason": "stop", "cancelledRunIds": cancelled, "verdicts": []}
    if lane.rules.stop_reply:
        reply = lane.add_message(
            direction="out",
            source="web",
            sender_kind="flow",
            sender_id=None,
            text=lane.rules.stop_reply,
            attachments=[],
            extras={"notice": "opt_out"},
            status="queued",
            created_at=lane.now,
            event_id=message.event_id,
        )
        decision["messageId"] = reply.id
    return decision


def _opt_in(lane: Lane, message: InboundMessage) -> Json:
    lane.change_contact(opted_out_at=None)
    lane.add_activity(f"Allowed automatic messages again with “{_quoted(message)}”.", message.at)
    return {"reason": "start", "verdicts": []}


def _call_a_person(lane: Lane, message: InboundMessage) -> Json:
    cancelled = end_runs(lane, CALLED_A_PERSON)
    until = hand_over(lane)
    span = span_in_words(HANDOFF_PAUSE)
    note = lane.add_activity(f"Asked for a person with “{_quoted(message)}”: flows are silent for {span}.", message.at)
    lane.changes.notices.append(Notice(note))
    return {"reason": "escalated", "cancelledRunIds": cancelled, "pausedUntil": rfc3339(until), "verdicts": []}


def _quoted(message: InboundMessage) -> str:
    return shorten(message.text or "", _LONGEST)


def _is_awaited(lane: Lane, message: InboundMessage) -> bool:
    tap = decode_tap(message.payload)
    run = lane.changes.runs.get(tap.run_id) if tap is not None else None
    return run is not None and run.state == "waiting"
