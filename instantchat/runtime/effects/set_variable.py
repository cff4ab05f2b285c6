"""`set_variable`: a variable of the contact."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import SetVariable
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane, contact_view


class SetVariableHandler(EffectHandler):
    """Stored with the contact."""

    kind: ClassVar[str] = SetVariable.kind

    def carry_out(self, effect: SetVariable, lane: Lane, run_id: str) -> None:
        lane.change_contact(variables=effect.apply(contact_view(lane.contact)).variables)
