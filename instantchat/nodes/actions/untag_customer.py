"""`untag_customer`: take a tag off the contact."""

from __future__ import annotations

from typing import Any, ClassVar

from instantchat.engine.effects import UntagContact
from instantchat.engine.node import Take
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode
from instantchat.nodes.actions.tag_customer import Tag, read_tag


class UntagCustomer(ActionNode):
    """Takes a tag off the contact; not having it is no error."""

    variant: ClassVar[str | None] = "untag_customer"
    label: ClassVar[str] = "Remove a tag"
    icon: ClassVar[str] = "tag"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"action": "untag_customer", "tag": "lead"},)

    tag: Tag = ""

    def enter(self, visit: Visit) -> Take:
        tag = read_tag(self.tag, visit)
        return Take("next", (UntagContact(tag),) if tag else ())

    def card(self) -> str:
        return f"Remove tag “{self.tag}”" if self.tag else "Remove a tag"
