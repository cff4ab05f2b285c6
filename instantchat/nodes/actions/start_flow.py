"""`start_flow`: begin another flow beside this one."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.effects import StartFlow
from instantchat.engine.form import Kind, Ref, Required
from instantchat.engine.node import Take
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode


class StartFlowAction(ActionNode):
    """Starts another flow for this contact; this one goes on.

    The other flow must be active. To wait for its end, use a sub-flow.
    """

    variant: ClassVar[str | None] = "start_flow"
    label: ClassVar[str] = "Start a flow"
    icon: ClassVar[str] = "workflow"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"action": "start_flow", "flow": "Welcome"},)

    flow: Annotated[
        str,
        Field(title="Flow", description="By name or id.", max_length=200),
        Kind("flow"),
        Ref("flow"),
        Required,
    ] = ""

    def enter(self, visit: Visit) -> Take:
        flow = self.flow.strip()
        if not flow:
            return Take("next", error="No flow was chosen here.")
        return Take("next", (StartFlow(flow),))

    def card(self) -> str:
        return f"Start “{shorten(self.flow, 60)}”" if self.flow.strip() else "Start a flow"
