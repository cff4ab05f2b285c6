"""`untag_contact`: a tag off the contact."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import UntagContact
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane, contact_view


class UntagContactHandler(EffectHandler):
    """Stored with the contact."""

    kind: ClassVar[str] = UntagContact.kind

    def carry_out(self, effect: UntagContact, lane: Lane, run_id: str) -> None:
        lane.change_contact(tags=list(effect.apply(contact_view(lane.contact)).tags))
