"""`handoff`: leave the contact to people."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.effects import HandOff
from instantchat.engine.form import Multiline, Templated
from instantchat.engine.node import Take
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode
from instantchat.nodes.actions.add_note import NOTE_LIMIT, read_note


class HandoffAction(ActionNode):
    """Leaves the contact to people: the conversation is opened, every member is told, and flows stay silent.

    They stay silent for 24 hours, or until somebody resumes them in the inbox. What this run still has to do without a
    wait, it does.
    """

    variant: ClassVar[str | None] = "handoff"
    label: ClassVar[str] = "Hand over to people"
    icon: ClassVar[str] = "hand"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"action": "handoff", "note": "Wants {{message.text}}"},)

    note: Annotated[
        str,
        Field(title="Note", description="For whoever takes over; the contact never sees it.", max_length=NOTE_LIMIT),
        Multiline,
        Templated,
    ] = ""

    def enter(self, visit: Visit) -> Take:
        return Take("next", (HandOff(read_note(self.note, visit) or None),))

    def card(self) -> str:
        return f"Hand over: {shorten(self.note, 60)}" if self.note.strip() else "Hand over to people"
