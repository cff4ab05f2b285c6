"""`assign`: the conversation to a member."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import Assign
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Assignment, Lane


class AssignHandler(EffectHandler):
    """The last one of a handling wins; `find_members` finds out who it is before it is stored."""

    kind: ClassVar[str] = Assign.kind

    def carry_out(self, effect: Assign, lane: Lane, run_id: str) -> None:
        lane.keep_conversation()  # what is given to somebody must be there
        lane.changes.assignment = Assignment(run_id, effect.member)
