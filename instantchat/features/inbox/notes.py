"""Notes that members write into a conversation: what its contact never sees."""

from __future__ import annotations

import datetime as dt
import hashlib

from instantchat.errors import Invalid
from instantchat.features.auth.member import Member
from instantchat.kit.ids import new_id
from instantchat.store.records import Note

NOTE_LIMIT = 2_000


def written_note(member: Member, conversation_id: str, text: str, now: dt.datetime, key: str | None) -> Note:
    """A member's note, to be stored; its id follows from the `key`, if one is given.

    Raises `Invalid` (`note_empty`, `note_too_long`).
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise Invalid("note_empty", "Write something first: the note has no text.")
    if len(text) > NOTE_LIMIT:
        raise Invalid(
            "note_too_long", f"A note has at most {NOTE_LIMIT:,} characters; this one has {len(text):,}. Shorten it."
        )
    return Note(
        id=_id_of(conversation_id, member.user_id, key) if key else new_id("not"),
        workspace_id=member.workspace_id,
        conversation_id=conversation_id,
        kind="note",
        author_kind="member",
        author_id=member.user_id,
        text=text,
        created_at=now,
    )


def _id_of(*parts: str) -> str:
    return f"not_{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:26].upper()}"
