"""The explanation that is open in a browser tab; nothing is read before somebody asks."""

from __future__ import annotations

from collections.abc import Collection

import reflex as rx

from instantchat.assembly import current
from instantchat.errors import NotFound
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member
from instantchat.features.inbox.why.views import Explanation, explanation_of


class Why(rx.State):
    """Opens beside the thread. `message_id` stays when it closes: the focus goes back there."""

    is_open: bool = False
    is_missing: bool = False
    message_id: str = ""
    told: Explanation | None = None

    @rx.event
    async def explain(self, message: str):
        """Open with the explanation of a message."""
        member = await current_member(self)
        self.is_open, self.is_missing, self.message_id, self.told = True, False, str(message), None
        yield
        await self._read(member)

    @rx.event
    async def set_open(self, is_open: bool) -> None:
        """Close."""
        await current_member(self)
        if not is_open:
            self.close()

    def close(self) -> None:
        """Nothing is open; what was shown is let go of."""
        self.is_open, self.told = False, None

    async def follow(self, member: Member, conversation_id: str, changed: Collection[str] | None = None) -> None:
        """Read again what is open, if it shows one of these changed runs or messages (None: whatever it shows); an
        explanation that belongs to another conversation closes."""
        if not self.is_open or self.told is None:
            return
        if self.told.conversation_id != conversation_id:
            self.close()
        elif changed is None or not self._shown().isdisjoint(changed):
            await self._read(member)

    def _shown(self) -> set[str]:
        runs = self.told.runs if self.told is not None else []
        return {self.message_id, *(each.id for each in runs)}

    async def _read(self, member: Member) -> None:
        inbox = current().inbox
        try:
            story = await inbox.why.message(member, self.message_id)
            thread = await inbox.conversation(member, story.message.conversation_id)
        except NotFound:
            self.is_missing, self.told = True, None
            return
        person = thread.contact
        self.told = explanation_of(story, person.name or person.username or "The person")
