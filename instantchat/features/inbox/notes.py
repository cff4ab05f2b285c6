"""Notes that members write into a conversation, or that tell what they did: what its contact never sees."""

from __future__ import annotations

import datetime as dt
import hashlib

from instantchat.errors import Invalid
from instantchat.features.auth.member import Member
from instantchat.kit.ids import new_id
from instantchat.runtime.people import span_in_words
from instantchat.store.records import Note, Thread

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


def activity(member: Member, conversation_id: str, text: str, now: dt.datetime) -> Note:
    """A line, to be stored, about what a member did. It names them itself, so it has no author to show beside it."""
    return Note(
        id=new_id("not"),
        workspace_id=member.workspace_id,
        conversation_id=conversation_id,
        kind="activity",
        author_kind="system",
        author_id=None,
        text=text,
        created_at=now,
    )


def what_was_done(who: str, before: Thread, after: Thread, now: dt.datetime) -> list[str]:
    """What a member's change did to automation, in sentences."""
    was, until = before.conversation.paused_until, after.conversation.paused_until
    found = []
    if was is not None and was > now and until is None:
        found.append(f"{who} let flows answer again.")
    elif until is not None and until != was:
        found.append(f"{who} paused flows for {span_in_words(until - now)}.")
    if before.contact.opted_out_at is not None and after.contact.opted_out_at is None:
        found.append(f"{who} allowed automatic messages again.")
    return found


def _id_of(*parts: str) -> str:
    return f"not_{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:26].upper()}"
