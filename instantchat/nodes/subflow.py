"""`subflowNode`: go through another flow and come back."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.form import Kind, Ref, Required
from instantchat.engine.node import EnterFlow, Node, Outcome, Take
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit

LONGEST = timedelta(days=365)


class SubflowNode(Node):
    """Goes through another flow, then comes back and goes on.

    The other flow must be active; it begins at its “started by the API” trigger, else at its first trigger. It sees the
    same contact and variables. Its end, wherever that is, comes back here; sub-flows go 10 deep at most. The version
    that is active when the run comes here is the one it goes through.
    """

    type: ClassVar[str] = "subflowNode"
    label: ClassVar[str] = "Sub-flow"
    icon: ClassVar[str] = "workflow"
    group: ClassVar[str] = "Logic"
    place: ClassVar[int] = 45
    window: ClassVar[str] = "The window may close while the other flow waits."
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"flow": "Ask for the address"},)

    flow: Annotated[
        str,
        Field(title="Flow", description="Its name or id.", max_length=200),
        Kind("flow"),
        Ref("flow"),
        Required,
    ] = ""

    def enter(self, visit: Visit) -> Outcome:
        if not self.flow.strip():
            return Take("next", error="No flow was chosen here.")
        return EnterFlow(self.flow.strip())

    def enters(self) -> str | None:
        return self.flow.strip() or None

    def longest_stay(self, exit_id: str) -> timedelta:
        return LONGEST

    def card(self) -> str:
        return f"Go through “{shorten(self.flow, 60)}”" if self.flow.strip() else "No flow yet"
