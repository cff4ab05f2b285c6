"""`notify`: tell members something."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.effects import Notify
from instantchat.engine.form import Kind, Multiline, Ref, Required, Templated
from instantchat.engine.node import Take
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode

NOTICE_LIMIT = 300


class NotifyAction(ActionNode):
    """Shows a notification to a member, or to all of them, in their open browsers.

    It also stays in the conversation as a line that members see, for whoever was away.
    """

    variant: ClassVar[str | None] = "notify"
    label: ClassVar[str] = "Notify members"
    icon: ClassVar[str] = "bell"
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"action": "notify", "text": "{{contact.name|Somebody}} asks for a person"},
    )

    text: Annotated[
        str,
        Field(title="Text", description="At most 300 characters are shown.", max_length=1000),
        Multiline,
        Templated,
        Required,
    ] = ""
    member_id: Annotated[
        str,
        Field(title="Member", description="By id or e-mail address; empty: everybody.", max_length=320),
        Kind("member"),
        Ref("member"),
    ] = ""

    def enter(self, visit: Visit) -> Take:
        text = shorten(visit.render(self.text), NOTICE_LIMIT)
        if not text:
            visit.warnings.append("the notification is empty")
        return Take("next", (Notify(text, self.member_id.strip() or None),) if text else ())

    def card(self) -> str:
        return f"Notify: {shorten(self.text, 70)}" if self.text.strip() else "Notify members"
