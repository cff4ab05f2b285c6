"""People instead of flows: for how long these are silent then, and what it ends."""

from __future__ import annotations

import datetime as dt

from instantchat.runtime.lane import Lane
from instantchat.runtime.runs import cancelled_record
from instantchat.store.records import RunRecord

HANDOFF_PAUSE = dt.timedelta(hours=24)  # how long flows stay silent after one of them, or the contact, called a person
TAKEN_OVER = "taken_over: A person took the conversation over, so the run ended."
_UNITS = ((1440, "day"), (60, "hour"), (1, "minute"))


def take_over(lane: Lane, at: dt.datetime, answered: str) -> None:
    """A person `answered` (a clause) at `at`: flows are silent for the account's pause, and waiting runs are over. A
    pause that is past already, or none at all, changes nothing."""
    until = at + lane.rules.pause
    if until <= lane.now:
        return
    was_paused = lane.paused_until is not None
    end_runs(lane, TAKEN_OVER)
    _pause(lane, until)
    lane.change_conversation(answered_at=lane.now)
    if not was_paused:
        lane.add_activity(take_over_sentence(answered, lane.rules.pause), at)


def end_outrun(lane: Lane) -> None:
    """Cancel the runs that were begun while a person answered: neither could see the other."""
    conversation = lane.changes.conversation
    answered_at = conversation.answered_at if conversation is not None else None
    if answered_at is not None:
        _cancel(lane, [run for run in lane.waiting_runs() if run.updated_at <= answered_at], TAKEN_OVER)


def hand_over(lane: Lane) -> dt.datetime:
    """Open the conversation for people and silence its flows for a day; until when they are silent."""
    lane.change_conversation(status="open")
    lane.changes.status = "open"
    return _pause(lane, lane.now + HANDOFF_PAUSE)


def end_runs(lane: Lane, reason: str) -> list[str]:
    """Cancel every run that waits, for the reason (`code: sentence`); their ids."""
    return _cancel(lane, lane.waiting_runs(), reason)


def take_over_sentence(answered: str, pause: dt.timedelta) -> str:
    """What members read in the conversation. It names a span and no clock: they may be in several time zones, and each
    further answer moves the end."""
    return f"{answered}: flows stay silent until {span_in_words(pause)} after the last answer."


def span_in_words(span: dt.timedelta) -> str:
    """Such as "2 days", "1 hour" or "90 minutes"; part of a minute counts as one."""
    minutes = max(1, -(-int(span.total_seconds()) // 60))
    size, unit = next((size, unit) for size, unit in _UNITS if minutes % size == 0)
    count = minutes // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _cancel(lane: Lane, records: list[RunRecord], reason: str) -> list[str]:
    for record in records:
        lane.put_run(cancelled_record(record, reason, rev=lane.next_rev(record.id), now=lane.now))
    return [record.id for record in records]


def _pause(lane: Lane, until: dt.datetime) -> dt.datetime:
    until = max(lane.conversation.paused_until or until, until)
    lane.change_conversation(paused_until=until)
    return until
