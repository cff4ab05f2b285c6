"""`tag_customer`: put a tag on the contact."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.effects import TagContact
from instantchat.engine.form import Kind, Ref, Required, Templated
from instantchat.engine.node import Take
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode

TAG_LIMIT = 80
Tag = Annotated[
    str,
    Field(title="Tag", description="Up to 80 characters.", max_length=200),
    Kind("tag"),
    Ref("tag"),
    Templated,
    Required,
]


class TagCustomer(ActionNode):
    """Puts a tag on the contact."""

    variant: ClassVar[str | None] = "tag_customer"
    label: ClassVar[str] = "Add a tag"
    icon: ClassVar[str] = "tag"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"action": "tag_customer", "tag": "lead"},)

    tag: Tag = ""

    def enter(self, visit: Visit) -> Take:
        tag = read_tag(self.tag, visit)
        return Take("next", (TagContact(tag),) if tag else ())

    def card(self) -> str:
        return f"Add tag “{self.tag}”" if self.tag else "Add a tag"


def read_tag(template: str, visit: Visit) -> str:
    """The tag as stored: one line, at most 80 characters; empty (with a warning) when there is none."""
    tag = " ".join(visit.render(template).split())[:TAG_LIMIT].strip()
    if not tag:
        visit.warnings.append("the tag is empty")
    return tag
