"""`poll_vote`: what a vote means to the nodes after it, as plain data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from instantchat.engine.context import ContactView
from instantchat.engine.effects import Effect
from instantchat.engine.plain import plain


@plain
class CastVote(Effect):
    """Keep the contact's answer in a variable and count it. One vote per contact: a second one changes nothing."""

    kind: ClassVar[str] = "poll_vote"
    variable: str
    answer: str

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, "variable": self.variable, "answer": self.answer}

    def apply(self, contact: ContactView) -> ContactView:
        if self.variable in contact.variables:
            return contact
        return replace(contact, variables={**contact.variables, self.variable: self.answer})
