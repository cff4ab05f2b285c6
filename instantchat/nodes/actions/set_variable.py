"""`set_variable`: remember something about the contact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field, JsonValue

from instantchat.engine.effects import SetVariable
from instantchat.engine.form import Kind, Ref, Required, Templated
from instantchat.engine.issues import Issue
from instantchat.engine.node import Take
from instantchat.engine.scope import ROOTS
from instantchat.engine.templates import parse_path
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode

VariableName = Annotated[
    str,
    Field(title="Variable", description="Letters, digits, _ and -.", max_length=64),
    Kind("variable"),
    Ref("variable"),
]


class SetVariableAction(ActionNode):
    """Sets a variable of the contact; later nodes and later runs read it as `{{name}}`.

    A value that is one template, such as `{{response.body.items}}`, keeps its type.
    """

    variant: ClassVar[str | None] = "set_variable"
    label: ClassVar[str] = "Set a variable"
    icon: ClassVar[str] = "variable"
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"action": "set_variable", "variable": "size", "value": "{{message.text}}"},
    )

    variable: Annotated[VariableName, Required] = ""
    value: Annotated[JsonValue, Field(title="Value", description="Empty clears it."), Kind("text"), Templated] = ""

    def enter(self, visit: Visit) -> Take:
        name = self.variable.strip()
        if not name:
            return Take("next", error="The variable has no name.")
        return Take("next", (SetVariable(name, visit.evaluate(self.value)),))

    def card(self) -> str:
        return f"{self.variable} = {shorten(str(self.value), 50)}" if self.variable else "Set a variable"

    def check(self) -> Iterator[Issue]:
        yield from check_name(self.variable, "variable")

    def sets(self) -> Iterator[str]:
        yield self.variable.strip()


def check_name(name: str, field: str) -> Iterator[Issue]:
    """Whether a variable of this name can be read back by a template; an empty name is not judged."""
    if name.strip() and not is_readable(name):
        hint = "Use letters, digits, _ and -, beginning with a letter, and none of contact, message, response."
        yield Issue("bad_name", "The variable's name cannot be used.", field=field, hint=hint)


def is_readable(name: str) -> bool:
    """Whether a template can read something of this name."""
    path = parse_path(name)
    return path is not None and len(path) == 1 and path[0] not in ROOTS
