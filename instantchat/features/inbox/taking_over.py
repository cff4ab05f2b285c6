"""What an answer of a person does to flows, beside being sent; a program's does nothing."""

from __future__ import annotations

import datetime as dt

from instantchat.features.auth.member import Member
from instantchat.features.inbox.notes import activity
from instantchat.features.inbox.rules import refuse_opted_out, window_tag
from instantchat.runtime.people import TAKEN_OVER, take_over_sentence
from instantchat.runtime.rules import Rules
from instantchat.store import records as r


def take_over(member: Member, talk: r.Conversation, account: r.Account, now: dt.datetime) -> r.TakeOver | None:
    """None for a program, and where the account has no pause. A note is written where flows were not silent already."""
    pause = Rules.of(account).pause
    if member.kind != "person" or not pause:
        return None
    is_paused = talk.paused_until is not None and talk.paused_until > now
    note = None if is_paused else activity(member, talk.id, take_over_sentence(f"{member.name} answered", pause), now)
    return r.TakeOver(max(talk.paused_until or now, now + pause), TAKEN_OVER, note)


def authored(member: Member, thread: r.Thread, now: dt.datetime) -> r.Json:
    """The extras that tell how this member's message goes out. Raises `Forbidden` (`window_closed`, `opted_out`)."""
    is_person = member.kind == "person"
    if not is_person:
        refuse_opted_out(thread.contact)
    tag = window_tag(thread.conversation, now, is_person=is_person)
    if not is_person:
        return {"isProgram": True}
    return {"tag": tag} if tag else {}
