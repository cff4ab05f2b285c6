"""`set_field`: write down something about the contact where people see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field, JsonValue

from instantchat.engine.effects import SetField
from instantchat.engine.form import Kind, Ref, Required, Templated
from instantchat.engine.issues import Issue
from instantchat.engine.node import Take
from instantchat.engine.scope import CONTACT_ATTRIBUTES
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode
from instantchat.nodes.actions.set_variable import is_readable


class SetFieldAction(ActionNode):
    """Sets a field of the contact, which the contact's page shows; flows read it as `{{contact.name_of_the_field}}`.

    A value that is one template, such as `{{response.body.items}}`, keeps its type.
    """

    variant: ClassVar[str | None] = "set_field"
    label: ClassVar[str] = "Set a contact field"
    icon: ClassVar[str] = "user-pen"
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"action": "set_field", "field": "city", "value": "{{message.text}}"},
    )

    field: Annotated[
        str,
        Field(title="Field", description="Letters, digits, _ and -.", max_length=64),
        Ref("field"),
        Required,
    ] = ""
    value: Annotated[JsonValue, Field(title="Value", description="Empty clears it."), Kind("text"), Templated] = ""

    def enter(self, visit: Visit) -> Take:
        name = self.field.strip()
        if not name:
            return Take("next", error="The field has no name.")
        return Take("next", (SetField(name, visit.evaluate(self.value)),))

    def card(self) -> str:
        return f"{self.field} = {shorten(str(self.value), 50)}" if self.field else "Set a contact field"

    def check(self) -> Iterator[Issue]:
        name = self.field.strip()
        if name in CONTACT_ATTRIBUTES or name == "fields":
            hint = "Instagram gives its value. Choose another name."
            yield Issue("bad_name", f"“{name}” is no field that flows can set.", field="field", hint=hint)
        elif name and not is_readable(name):
            hint = "Use letters, digits, _ and -, beginning with a letter, and none of contact, message, response."
            yield Issue("bad_name", "The field's name cannot be used.", field="field", hint=hint)
