"""`fetch_profile`: asked for once the run is stored."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import FetchProfile
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane


class FetchProfileHandler(EffectHandler):
    """The profile comes back as an event of the lane; without it the run goes on by its own timer."""

    kind: ClassVar[str] = FetchProfile.kind

    def carry_out(self, effect: FetchProfile, lane: Lane, run_id: str) -> None:
        lane.changes.wants_profile = True
