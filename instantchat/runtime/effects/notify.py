"""`notify`: told to members once it is stored."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import Notify
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane
from instantchat.runtime.live import Notice


class NotifyHandler(EffectHandler):
    """Also kept as a line of the conversation. `find_members` finds out who a named member is."""

    kind: ClassVar[str] = Notify.kind

    def carry_out(self, effect: Notify, lane: Lane, run_id: str) -> None:
        note = lane.add_note(run_id, effect.text)
        lane.changes.notices.append(Notice(note, effect.member))
