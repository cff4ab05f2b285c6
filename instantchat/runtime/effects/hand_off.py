"""`hand_off`: from flows to people."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import HandOff
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane
from instantchat.runtime.live import Notice
from instantchat.runtime.people import hand_over


class HandOffHandler(EffectHandler):
    """Opens the conversation, pauses its flows, and tells everybody. Runs that wait go on when the pause is over."""

    kind: ClassVar[str] = HandOff.kind

    def carry_out(self, effect: HandOff, lane: Lane, run_id: str) -> None:
        hand_over(lane)
        if effect.note:
            lane.add_note(run_id, effect.note, "note")
        lane.changes.notices.append(Notice(lane.add_note(run_id, "Handed over to people.")))
