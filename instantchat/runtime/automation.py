"""The engine, applied to a lane: messages start and resume runs; timers, results and profiles resume them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import structlog

from instantchat.engine.context import AccountView, Context, InboundMessage
from instantchat.engine.decision import ActiveFlow
from instantchat.engine.flow import CompiledFlow
from instantchat.engine.handle import Outcome, handle_message, resume_run
from instantchat.engine.inputs import Input, ProfileReady, Result, TimeUp
from instantchat.engine.library import EMPTY, Library
from instantchat.engine.plain import from_json
from instantchat.engine.run import Run
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
class Policy:
    """What the operator decided for all workspaces. `stop_words` and `start_words` are folded; `timezone` is an IANA
    name; `edit_zero_is_new`: see `inbound.take_edit`."""

    stop_words: frozenset[str] = frozenset()
    has_ai: bool = False
    timezone: str = "UTC"
    edit_zero_is_new: bool = False
    start_words: frozenset[str] = frozenset()


DEFAULT_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Automation:
    """What the lanes of one workspace need of its flows: `active` ones listen, `compiled` ones may be resumed."""

    active: Sequence[ActiveFlow]
    compiled: Mapping[str, CompiledFlow]
    rng: Random
    library: Library = EMPTY
    policy: Policy = DEFAULT_POLICY

    def hear(self, lane: Lane, message: InboundMessage, *, is_first: bool = False, run_id: str | None = None) -> Json:
        """Let the flows hear something that happened; the record of why which of them ran. `run_id` is the id of the
        run that starts first, when it was promised."""
        if lane.known_contact.opted_out_at is not None:
            return {"reason": "opted_out", "verdicts": []}
        paused_until = lane.paused_until
        if paused_until is not None:
            return {"reason": "paused", "pausedUntil": rfc3339(paused_until), "verdicts": []}
        promised = iter([run_id] if run_id is not None else [])
        outcome = handle_message(
            message,
            self._waiting(lane),
            self.active,
            self._context(lane, message, is_first=is_first),
            new_run_id=lambda: next(promised, None) or new_id("run"),
        )
        self._store(lane, outcome, message.event_id)
        return _record(outcome)

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
        return {"reason": "result", "resumedRunId": record.id, **self._resume(lane, record, from_json(Input, given))}

    def give_profile(self, lane: Lane) -> Json:
        """The contact's profile is known, or it is known that there is none."""
        resumed = [record for record in lane.waiting_runs() if record.waiting_for == "profile"]
        if lane.paused_until is not None:
            resumed = []  # their timers find them when the pause is over
        for record in resumed:
            self._resume(lane, record, ProfileReady())
        return {"reason": "profile", "resumedRunIds": [record.id for record in resumed]}

    def _resume(self, lane: Lane, record: RunRecord, given: Input) -> Json:
        """What the run set off, for the record of the event that moved it."""
        compiled = self.compiled.get(record.version_id)
        if compiled is None:
            self._fail(lane, record, "version_missing", "The flow's version of this run can no longer be read.")
            return {}
        run = run_of(record)
        waiting = [pair for pair in self._waiting(lane) if pair[1].id != run.id]
        outcome = resume_run(
            compiled,
            run,
            given,
            waiting,
            self.active,
            self._context(lane, None),
            new_run_id=lambda: new_id("run"),
        )
        if outcome.progresses[0].run is run and isinstance(given, TimeUp):
            self._fail(lane, record, "stuck", "The run's timer came, but it waits for none.")
            return {}
        self._store(lane, outcome, record.event_id or "")
        return _follow_ups(outcome)

    def _store(self, lane: Lane, outcome: Outcome, event_id: str) -> None:
        """Every progress as a row of the lane, with its effects."""
        if outcome.progresses:
            lane.keep_conversation()
        for progress in outcome.progresses:
            run = progress.run
            record = lane.changes.runs.get(run.id)
            if record is None:
                lane.changes.counts["runs"] += 1
                self._remember_start(lane, run.flow_id)
                moved = started_record(
                    progress,
                    workspace_id=lane.work.account.workspace_id,
                    lane=lane.work.lane,
                    event_id=event_id,
                    now=lane.now,
                )
            else:
                moved = moved_record(record, progress, rev=lane.next_rev(record.id), now=lane.now)
            self._put(lane, moved)
            carry_out(progress.effects, lane, run.id)

    def _remember_start(self, lane: Lane, flow_id: str) -> None:
        """For the flows that may start only once, or every so often."""
        flow = self.library.active.get(flow_id)
        if flow is not None and flow.keeps_starts():
            starts = {**lane.conversation.starts, flow_id: rfc3339(lane.now)}
            lane.change_conversation(starts=starts)

    def _waiting(self, lane: Lane) -> list[tuple[CompiledFlow, Run]]:
        return [
            (self.compiled[run.version_id], run_of(run))
            for run in lane.waiting_runs()
            if run.version_id in self.compiled
        ]

    def _fail(self, lane: Lane, record: RunRecord, code: str, reason: str) -> None:
        self._put(lane, failed_record(record, code, reason, rev=lane.next_rev(record.id), now=lane.now))

    def _put(self, lane: Lane, record: RunRecord) -> None:
        if record.state == "failed":
            lane.changes.counts["run_failures"] += 1
        lane.put_run(record)

    def _context(self, lane: Lane, message: InboundMessage | None, *, is_first: bool = False) -> Context:
        account, conversation = lane.work.account, lane.known_conversation
        return Context(
            contact=contact_view(lane.known_contact),
            account=AccountView(account.id, account.ig_user_id, account.username, self.policy.timezone),
            now=lane.now,
            rng=self.rng,
            message=message,
            window=lane.window,
            conversation_id=conversation.id,
            last_starts={flow_id: dt.datetime.fromisoformat(at) for flow_id, at in conversation.starts.items()},
            is_first=is_first,
            has_ai=self.policy.has_ai,
            library=self.library,
            stop_words=self.policy.stop_words,
        )


def _record(outcome: Outcome) -> Json:
    """The decision record kept with an event."""
    return {**outcome.decision.record(), **_follow_ups(outcome)}


def _follow_ups(outcome: Outcome) -> Json:
    return {"followUps": [each.record() for each in outcome.follow_ups]} if outcome.follow_ups else {}


def result_payload(run_id: str, ref: str, *, status: int | None, body: Any, error: str | None) -> Json:
    """The event payload that `give_result` reads."""
    return {"runId": run_id, "ref": ref, "status": status, "body": body, "error": error}
