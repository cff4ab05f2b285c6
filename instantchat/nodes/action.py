"""`actionNode`: does something besides talking. The actions are in `actions/`, one module each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from instantchat.engine.issues import Issue
from instantchat.engine.node import End, Node, Outcome
from instantchat.engine.visit import Visit


class ActionNode(Node):
    """Does something about the contact or calls another service.

    `action` chooses what; each action has fields of its own.
    """

    type: ClassVar[str] = "actionNode"
    label: ClassVar[str] = "Action"
    icon: ClassVar[str] = "settings-2"
    group: ClassVar[str] = "Actions"
    place: ClassVar[int] = 50
    discriminator: ClassVar[str | None] = "action"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"action": "tag_customer", "tag": "lead"},)

    def enter(self, visit: Visit) -> Outcome:
        return End(error="No action was chosen here.")

    def card(self) -> str:
        return "No action yet"

    def check(self) -> Iterator[Issue]:
        if self.variant is None:
            yield Issue("required", "“Action” is missing.", field="action", hint="Choose what to do.")
