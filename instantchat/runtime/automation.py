"""The engine, applied to a lane: messages start and resume runs; timers, results and profiles resume them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import structlog

from instantchat.engine.context import AccountView, Context, InboundMessage
from instantchat.engine.decision import ActiveFlow
from instantchat.engine.flow import CompiledFlow
from instantchat.engine.handle import handle_message, resume_run
from instantchat.engine.inputs import Input, ProfileReady, Result, TimeUp
from instantchat.engine.plain import from_json
from instantchat.engine.window import Window
from instantchat.kit.clock import rfc3339
from instantchat.kit.ids import new_id
from instantchat.runtime.effects import carry_out
from instantchat.runtime.lane import Lane, contact_view
from instantchat.runtime.runs import (
    HELD,
    failed_record,
    held_record,
    moved_record,
    postponed_record,
    run_of,
    started_record,
)
from instantchat.store.records import Event, Json, RunRecord

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Automation:
    """What the lanes of one workspace need of its flows: `active` ones listen, `compiled` ones may be resumed."""

    active: Sequence[ActiveFlow]
    compiled: Mapping[str, CompiledFlow]
    rng: Random
    last_starts: Mapping[str, Mapping[str, dt.datetime]] = field(default_factory=dict)

    def hear(self, lane: Lane, message: InboundMessage) -> Json:
        """Let the flows hear a message; the record of why which of them ran."""
        paused_until = lane.paused_until
        if paused_until is not None:
            return {"reason": "paused", "pausedUntil": rfc3339(paused_until), "verdicts": []}
        waiting = [
            (self.compiled[run.version_id], run_of(run))
            for run in lane.waiting_runs()
            if run.version_id in self.compiled
        ]
        context = self._context(lane, message)
        outcome = handle_message(message, waiting, self.active, context, run_id=new_id("run"))
        for progress in outcome.progresses:
            record = lane.changes.runs.get(progress.run.id)
            if record is None:
                lane.changes.counts["runs"] += 1
                moved = started_record(
                    progress,
                    workspace_id=lane.work.account.workspace_id,
                    lane=lane.work.lane,
                    event_id=message.event_id,
                    now=lane.now,
                )
            else:
                moved = moved_record(record, progress, rev=lane.next_rev(record.id), now=lane.now)
            self._put(lane, moved)
            carry_out(progress.effects, lane, progress.run.id)
        record_of_it = outcome.decision.record()
        if outcome.decision.start is not None:
            record_of_it["startedRunId"] = outcome.progresses[-1].run.id
        return record_of_it

    def wake(self, lane: Lane, record: RunRecord) -> None:
        """A run's time has come. While the contact is paused it waits for the end of the pause."""
        paused_until = lane.paused_until
        if paused_until is not None:
            lane.put_run(postponed_record(record, paused_until, rev=lane.next_rev(record.id), now=lane.now))
            return
        held = record.data.get(HELD)
        given: Input = from_json(Input, held) if held else TimeUp()
        self._resume(lane, record, given)

    def give_result(self, lane: Lane, event: Event) -> Json:
        """The answer to a run's API call."""
        given = {name: event.payload.get(name) for name in ("ref", "status", "body", "error")} | {"kind": Result.kind}
        record = lane.changes.runs.get(event.payload.get("runId", ""))
        if record is None or record.waiting_for != "result":
            return {"reason": "run_went_on"}
        paused_until = lane.paused_until
        if paused_until is not None:
            lane.put_run(held_record(record, given, paused_until, rev=lane.next_rev(record.id), now=lane.now))
            return {"reason": "paused", "resumedRunId": record.id, "pausedUntil": rfc3339(paused_until)}
        self._resume(lane, record, from_json(Input, given))
        return {"reason": "result", "resumedRunId": record.id}

    def give_profile(self, lane: Lane) -> Json:
        """The contact's profile is known, or it is known that there is none."""
        resumed = [record for record in lane.waiting_runs() if record.waiting_for == "profile"]
        if lane.paused_until is not None:
            resumed = []  # their timers find them when the pause is over
        for record in resumed:
            self._resume(lane, record, ProfileReady())
        return {"reason": "profile", "resumedRunIds": [record.id for record in resumed]}

    def _resume(self, lane: Lane, record: RunRecord, given: Input) -> None:
        compiled = self.compiled.get(record.version_id)
        rev = lane.next_rev(record.id)
        if compiled is None:
            reason = "The version of the flow that this run follows can no longer be read."
            self._put(lane, failed_record(record, "version_missing", reason, rev=rev, now=lane.now))
            return
        run = run_of(record)
        progress = resume_run(compiled, run, given, self._context(lane, None))
        if progress.run is run and isinstance(given, TimeUp):
            reason = "The run's timer came, but it waits for none."
            self._put(lane, failed_record(record, "stuck", reason, rev=rev, now=lane.now))
            return
        self._put(lane, moved_record(record, progress, rev=rev, now=lane.now))
        carry_out(progress.effects, lane, record.id)

    def _put(self, lane: Lane, record: RunRecord) -> None:
        if record.state == "failed":
            lane.changes.counts["run_failures"] += 1
        lane.put_run(record)

    def _context(self, lane: Lane, message: InboundMessage | None) -> Context:
        account, conversation = lane.work.account, lane.conversation
        return Context(
            contact=contact_view(lane.contact),
            account=AccountView(account.id, account.ig_user_id, account.username),
            now=lane.now,
            rng=self.rng,
            message=message,
            window=Window(conversation.window_expires_at),
            conversation_id=conversation.id,
            last_starts=self.last_starts.get(conversation.id, {}),
        )


def result_payload(run_id: str, ref: str, *, status: int | None, body: Any, error: str | None) -> Json:
    """The event payload that `give_result` reads."""
    return {"runId": run_id, "ref": ref, "status": status, "body": body, "error": error}
