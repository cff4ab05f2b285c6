"""`stop`: the end."""

from __future__ import annotations

from typing import Any, ClassVar

from instantchat.engine.node import End
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode


class StopAction(ActionNode):
    """Ends the run here.

    It has the exit that every action has, so that the flow can still be changed, but nothing goes on by it.
    """

    variant: ClassVar[str | None] = "stop"
    label: ClassVar[str] = "Stop"
    icon: ClassVar[str] = "octagon-x"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"action": "stop"},)

    def enter(self, visit: Visit) -> End:
        return End(note="The flow stops here.")

    def exit_labels(self) -> dict[str, str]:
        """None: an unconnected exit is no news here."""
        return {}

    def card(self) -> str:
        return "End the run"
