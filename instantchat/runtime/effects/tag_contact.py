"""`tag_contact`: a tag onto the contact."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import TagContact
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane, contact_view


class TagContactHandler(EffectHandler):
    """Stored with the contact."""

    kind: ClassVar[str] = TagContact.kind

    def carry_out(self, effect: TagContact, lane: Lane, run_id: str) -> None:
        lane.change_contact(tags=list(effect.apply(contact_view(lane.contact)).tags))
