"""What is typed into the composer, and what became of it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import reflex as rx

from instantchat.assembly import current
from instantchat.errors import AppError
from instantchat.features.auth.state import current_member
from instantchat.ui.errors import APOLOGY, sentence

_ANSWERS = 20


class Composing(rx.State, mixin=True):
    """The part of the inbox that writes; `answers` are for the composer."""

    answers: list[dict[str, str]] = []
    _types_here: bool = False

    @rx.event
    async def send(self, conversation: str, text: str, key: str) -> None:
        """Queue what was typed, once however often it is asked with the same `key`; the composer gets an answer."""
        member = await current_member(self)
        self._types_here = False
        sent = current().inbox.send(member, conversation_id=str(conversation), text=str(text), idempotency_key=str(key))
        await self._answer("message", str(conversation), str(key), sent)

    @rx.event
    async def write_note(self, conversation: str, text: str, key: str) -> None:
        """Keep what was typed as a note, as `send` queues it."""
        member = await current_member(self)
        kept = current().inbox.add_note(member, str(conversation), str(text), key=str(key))
        await self._answer("note", str(conversation), str(key), kept)

    async def _answer(self, kind: str, conversation: str, key: str, done: Awaitable[Any]) -> None:
        """Do it, and tell the composer how it went; an apology if it fails for a reason of ours."""
        answer = {"kind": kind, "key": key, "conversation": conversation, "refusal": APOLOGY}
        self.answers = [*self.answers, answer][-_ANSWERS:]
        refusal = ""
        try:
            await done
        except AppError as error:
            refusal = sentence(error)
        self.answers = [*self.answers[:-1], answer | {"refusal": refusal}]

    @rx.event
    async def typing(self, conversation: str, is_typing: bool) -> None:
        """Tell the other browsers of the workspace that somebody answers here."""
        member = await current_member(self)
        self._types_here = bool(is_typing)
        await current().inbox.typing(member, str(conversation), bool(is_typing))
