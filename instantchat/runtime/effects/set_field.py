"""`set_field`: a field of the contact."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import SetField
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane, contact_view


class SetFieldHandler(EffectHandler):
    """Stored with the contact."""

    kind: ClassVar[str] = SetField.kind

    def carry_out(self, effect: SetField, lane: Lane, run_id: str) -> None:
        lane.change_contact(fields=effect.apply(contact_view(lane.contact)).fields)
