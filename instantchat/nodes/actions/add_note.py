"""`add_note`: a note for members."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.effects import AddNote
from instantchat.engine.form import Multiline, Required, Templated
from instantchat.engine.node import Take
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode

NOTE_LIMIT = 5000


class AddNoteAction(ActionNode):
    """Writes a note into the conversation; only members see it."""

    variant: ClassVar[str | None] = "add_note"
    label: ClassVar[str] = "Add a note"
    icon: ClassVar[str] = "notebook-pen"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"action": "add_note", "text": "Asked about {{message.text}}"},)

    text: Annotated[str, Field(title="Note", max_length=NOTE_LIMIT), Multiline, Templated, Required] = ""

    def enter(self, visit: Visit) -> Take:
        text = read_note(self.text, visit)
        if not text:
            visit.warnings.append("the note is empty")
        return Take("next", (AddNote(text),) if text else ())

    def card(self) -> str:
        return f"Note: {shorten(self.text, 70)}" if self.text.strip() else "Add a note"


def read_note(template: str, visit: Visit) -> str:
    """The note as stored, at most 5,000 characters."""
    return visit.render(template).strip()[:NOTE_LIMIT]
