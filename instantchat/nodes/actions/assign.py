"""`assign`: give the conversation to a member."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.effects import Assign
from instantchat.engine.form import Kind, Ref, Required
from instantchat.engine.node import Take
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode


class AssignAction(ActionNode):
    """Gives the conversation to a member, whoever had it before.

    Flows go on: hand over to people to silence them.
    """

    variant: ClassVar[str | None] = "assign"
    label: ClassVar[str] = "Assign to a member"
    icon: ClassVar[str] = "user-check"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"action": "assign", "memberId": "ada@example.com"},)

    member_id: Annotated[
        str,
        Field(title="Member", description="A member, by id or e-mail address.", max_length=320),
        Kind("member"),
        Ref("member"),
        Required,
    ] = ""

    def enter(self, visit: Visit) -> Take:
        member = self.member_id.strip()
        if not member:
            return Take("next", error="No member was chosen here.")
        return Take("next", (Assign(member),))

    def card(self) -> str:
        return f"Assign to {shorten(self.member_id, 60)}" if self.member_id.strip() else "Assign to a member"
