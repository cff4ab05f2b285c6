"""`add_note`: a note in the conversation."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import AddNote
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane


class AddNoteHandler(EffectHandler):
    """Stored with the conversation, by the flow."""

    kind: ClassVar[str] = AddNote.kind

    def carry_out(self, effect: AddNote, lane: Lane, run_id: str) -> None:
        lane.add_note(run_id, effect.text, "note")
