"""A run as the engine knows it, and as it is stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from instantchat.engine.plain import to_json
from instantchat.engine.progress import Progress, TraceStep
from instantchat.engine.run import Run, RunError
from instantchat.kit.clock import rfc3339
from instantchat.store.records import Json, RunRecord

TRACE_KEPT = 500  # steps; a run that loops through waits for months keeps its latest
CALL = "call"
HELD = "held"


def run_of(record: RunRecord) -> Run:
    """The engine's run behind a stored one."""
    data = record.data
    error = data.get("error")
    return Run(
        id=record.id,
        flow_id=record.flow_id,
        version_id=record.version_id,
        conversation_id=record.conversation_id,
        state=record.state,
        node_id=data.get("nodeId"),
        waiting_for="result" if HELD in data else record.waiting_for,
        wake_at=record.wake_at,
        expires_at=dt.datetime.fromisoformat(data["expiresAt"]) if data.get("expiresAt") else None,
        steps=data.get("steps", 0),
        burst=data.get("burst", 0),
        data=data.get("data", {}),
        error=RunError(error["code"], error["message"], error.get("nodeId")) if error else None,
        started_at=record.started_at,
        updated_at=record.updated_at,
    )


def started_record(progress: Progress, *, workspace_id: str, lane: str, event_id: str, now: dt.datetime) -> RunRecord:
    """A new run, to be inserted."""
    run = progress.run
    return RunRecord(
        id=run.id,
        workspace_id=workspace_id,
        conversation_id=run.conversation_id,
        lane=lane,
        flow_id=run.flow_id,
        version_id=run.version_id,
        state=run.state,
        waiting_for=run.waiting_for,
        wake_at=run.wake_at,
        rev=0,
        data=_data(run),
        trace=_trace(progress.trace),
        event_id=event_id,
        error=_error(run),
        started_at=run.started_at or now,
        updated_at=now,
    )


def moved_record(record: RunRecord, progress: Progress, *, rev: int, now: dt.datetime) -> RunRecord:
    """The stored run after an advance; `rev` is the one to store it under."""
    return _stored(record, progress.run, progress.trace, rev, now)


def failed_record(record: RunRecord, code: str, message: str, *, rev: int, now: dt.datetime) -> RunRecord:
    """The stored run, ended by something that is not the flow's doing."""
    run = replace(
        run_of(record), state="failed", waiting_for=None, wake_at=None, expires_at=None, error=RunError(code, message)
    )
    return _stored(record, run, (), rev, now)


def cancelled_record(record: RunRecord, reason: str, *, rev: int, now: dt.datetime) -> RunRecord:
    """The stored run, ended because of something the contact or a person did; `reason` is `code: sentence`."""
    return replace(record, state="cancelled", waiting_for=None, wake_at=None, error=reason, rev=rev, updated_at=now)


def postponed_record(record: RunRecord, until: dt.datetime, *, rev: int, now: dt.datetime) -> RunRecord:
    """The stored run, to be woken later: its contact is paused."""
    return replace(record, wake_at=until, rev=rev, updated_at=now)


def held_record(record: RunRecord, result: Json, until: dt.datetime, *, rev: int, now: dt.datetime) -> RunRecord:
    """The stored run with the result it waited for, to go on when the contact's pause is over."""
    data = {**record.data, HELD: result}
    return replace(record, waiting_for="time", wake_at=until, data=data, rev=rev, updated_at=now)


def _stored(record: RunRecord, run: Run, trace: tuple[TraceStep, ...], rev: int, now: dt.datetime) -> RunRecord:
    return replace(
        record,
        state=run.state,
        waiting_for=run.waiting_for,
        wake_at=run.wake_at,
        rev=rev,
        data=_data(run),
        trace=[*record.trace, *_trace(trace)][-TRACE_KEPT:],
        error=_error(run),
        updated_at=now,
    )


def _data(run: Run) -> dict[str, Any]:
    return {
        "nodeId": run.node_id,
        "expiresAt": rfc3339(run.expires_at) if run.expires_at else None,
        "steps": run.steps,
        "burst": run.burst,
        "data": run.data,
        "error": to_json(run.error) if run.error else None,
    }


def _trace(steps: tuple[TraceStep, ...]) -> list[Json]:
    return [step_record(step) for step in steps]


def step_record(step: TraceStep) -> Json:
    """As `to_json` writes it, without what is empty: the trace is most of what a run stores."""
    written: Json = {"nodeId": step.node_id, "type": step.type, "outcome": step.outcome, "at": rfc3339(step.at)}
    if step.exit is not None:
        written["exit"] = step.exit
    if step.note is not None:
        written["note"] = step.note
    if step.error is not None:
        written["error"] = step.error
    if step.warnings:
        written["warnings"] = list(step.warnings)
    if step.values:
        written["values"] = step.values
    if step.given:
        written["given"] = step.given
    if step.seconds:
        written["seconds"] = step.seconds
    if step.effects:
        written["effects"] = list(step.effects)
    if step.window is not None:
        written["window"] = step.window
    if step.until is not None:
        written["until"] = rfc3339(step.until)
    if step.version_id is not None:
        written["versionId"] = step.version_id
    return written


def _error(run: Run) -> str | None:
    return f"{run.error.code}: {run.error.message}" if run.error else None
