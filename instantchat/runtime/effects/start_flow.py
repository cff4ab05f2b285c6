"""`start_flow`: the engine's own."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import StartFlow
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane


class StartFlowHandler(EffectHandler):
    """Changes nothing: the engine itself turns the effect into another run of the same handling."""

    kind: ClassVar[str] = StartFlow.kind

    def carry_out(self, effect: StartFlow, lane: Lane, run_id: str) -> None:
        return None
