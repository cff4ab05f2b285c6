"""`call_api`: kept with the waiting run, until `runtime.calls` makes the call."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from instantchat.engine.effects import CallApi
from instantchat.engine.plain import to_json
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane
from instantchat.runtime.runs import CALL


class CallApiHandler(EffectHandler):
    """Makes the run's call due at once."""

    kind: ClassVar[str] = CallApi.kind

    def carry_out(self, effect: CallApi, lane: Lane, run_id: str) -> None:
        run = lane.changes.runs[run_id]
        lane.put_run(replace(run, data={**run.data, CALL: to_json(effect)}, wake_at=lane.now))
