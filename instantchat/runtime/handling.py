"""One lane: its due runs and its events, in the order in which they became due. Pure but for the lane it changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import structlog

from instantchat.runtime.automation import Automation
from instantchat.runtime.echo import take_echo
from instantchat.runtime.inbound import (
    take_comment,
    take_edit,
    take_message,
    take_profile,
    take_referral,
    take_result,
    take_schedule,
)
from instantchat.runtime.lane import Lane, TryLater
from instantchat.runtime.marks import take_handover, take_reaction, take_seen, take_unsend
from instantchat.runtime.people import end_outrun
from instantchat.runtime.runs import failed_record
from instantchat.runtime.starts import take_api
from instantchat.store.records import Event, HandledEvent, Json, RunRecord

log = structlog.get_logger(__name__)

ATTEMPTS = 3
_BACK_OFF = dt.timedelta(seconds=5)

_KINDS: dict[str, Callable[[Lane, Event, Automation], Json]] = {
    "message": take_message,
    "postback": take_message,
    "comment": take_comment,
    "live_comment": take_comment,
    "reaction": take_reaction,
    "referral": take_referral,
    "schedule": take_schedule,
    "echo": take_echo,
    "unsend": take_unsend,
    "edit": take_edit,
    "read": take_seen,
    "handover": take_handover,
    "profile": take_profile,
    "result": take_result,
    "api": take_api,
}


def handle_lane(lane: Lane, automation: Automation) -> None:
    """Handle everything that is due in the lane; never raises.

    An event that fails for a bug of ours is tried three times, what follows it waiting, then marked failed. A run whose
    timer fails so is failed at once.
    """
    end_outrun(lane)
    due = sorted((run for run in lane.work.due_runs if _is_due(run, lane.now)), key=_wake_at)
    for event in lane.work.events:
        while due and _wake_at(due[0]) <= event.received_at:
            _wake(lane, due.pop(0), automation)
        if not _handle(lane, event, automation):
            return
    for record in due:
        _wake(lane, record, automation)


def _handle(lane: Lane, event: Event, automation: Automation) -> bool:
    """Whether the lane may go on with the next event."""
    before = lane.changes
    lane.changes = before.copy()
    try:
        decision = _decide(lane, event, automation)
    except TryLater as later:
        lane.changes = before
        lane.handled.append(HandledEvent(event.id, retry_at=later.retry_at))
        return False
    except Exception as error:
        lane.changes = before
        return _failed(lane, event, error)
    lane.handled.append(HandledEvent(event.id, decision=decision))
    return True


def _decide(lane: Lane, event: Event, automation: Automation) -> Json:
    if event.payload.get("isTest"):
        return {"reason": "test"}
    take = _KINDS.get(event.kind)
    if take is None or not lane.work.igsid:
        return {"reason": "recorded"}
    return take(lane, event, automation)


def _failed(lane: Lane, event: Event, error: Exception) -> bool:
    is_last = event.attempts + 1 >= ATTEMPTS
    log.exception("event_failed", event_id=event.id, kind=event.kind, attempt=event.attempts + 1, is_last=is_last)
    if is_last:
        lane.handled.append(HandledEvent(event.id, error=f"{type(error).__name__}: internal error, see the log"))
        return True
    lane.handled.append(HandledEvent(event.id, retry_at=lane.now + _BACK_OFF * (event.attempts + 1)))
    return False


def _wake(lane: Lane, record: RunRecord, automation: Automation) -> None:
    if lane.changes.runs[record.id] is not record:
        return  # an event before it moved the run on
    before = lane.changes
    lane.changes = before.copy()
    try:
        automation.wake(lane, record)
    except Exception:
        log.exception("run_failed", run_id=record.id, flow_id=record.flow_id)
        lane.changes = before
        lane.changes.counts["run_failures"] += 1
        reason = "The run failed for a reason inside InstantChat; the log has it."
        failed = failed_record(record, "internal_error", reason, rev=lane.next_rev(record.id), now=lane.now)
        lane.put_run(failed)


def _is_due(run: RunRecord, now: dt.datetime) -> bool:
    return run.wake_at is not None and run.wake_at <= now


def _wake_at(run: RunRecord) -> dt.datetime:
    assert run.wake_at is not None  # noqa: S101 - due runs have a time
    return run.wake_at
