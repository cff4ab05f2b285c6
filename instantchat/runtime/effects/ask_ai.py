"""`ask_ai`: kept with the waiting run, until `runtime.calls` asks."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from instantchat.engine.effects import AskAi
from instantchat.engine.plain import to_json
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane
from instantchat.runtime.runs import CALL


class AskAiHandler(EffectHandler):
    """Makes the run's question due at once."""

    kind: ClassVar[str] = AskAi.kind

    def carry_out(self, effect: AskAi, lane: Lane, run_id: str) -> None:
        run = lane.changes.runs[run_id]
        lane.put_run(replace(run, data={**run.data, CALL: to_json(effect)}, wake_at=lane.now))
