"""`noteNode`: a sticky note."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.form import Multiline
from instantchat.engine.node import End, Exit, ExitsFrom, Node
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit


class NoteNode(Node):
    """A sticky note for the people who build the flow; never part of a run."""

    type: ClassVar[str] = "noteNode"
    label: ClassVar[str] = "Note"
    icon: ClassVar[str] = "sticky-note"
    group: ClassVar[str] = "Notes"
    place: ClassVar[int] = 90
    exit_spec: ClassVar[tuple[Exit | ExitsFrom, ...]] = ()
    is_executed: ClassVar[bool] = False
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"text": "Prices change in May."},)

    text: Annotated[str, Field(title="Note", max_length=5000), Multiline] = ""

    def enter(self, visit: Visit) -> End:
        return End()

    def card(self) -> str:
        return shorten(self.text, 80) or "Empty note"
