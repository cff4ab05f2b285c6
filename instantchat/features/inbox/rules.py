"""May this text go to this person now? The messaging window and the state of the account, in sentences."""

from __future__ import annotations

import datetime as dt

from instantchat.engine.text import split_text
from instantchat.errors import Conflict, Forbidden, Invalid
from instantchat.runtime.window import window_of
from instantchat.store import records as r

MAX_CHARACTERS = 20_000
HUMAN_AGENT = "HUMAN_AGENT"


def parts_of(text: str) -> list[str]:
    """The text as the messages Instagram will take, each of at most 1,000 UTF-8 bytes.

    Raises `Invalid` (`message_empty`, `message_too_long`).
    """
    text = text.replace("\x00", "").strip()
    if len(text) > MAX_CHARACTERS:
        raise Invalid(
            "message_too_long",
            f"A message has at most {MAX_CHARACTERS:,} characters; this one has {len(text):,}. Send it in parts.",
        )
    parts = split_text(text)
    if not parts:
        raise Invalid("message_empty", "Write something first: the message has no text.")
    return parts


def usable(account: r.Account | None) -> r.Account:
    """The account; raises `Conflict` for one that cannot send, saying what to do about it."""
    if account is None or account.state == "disconnected":
        raise Conflict("account_disconnected", "This Instagram account is disconnected. Connect it again, then send.")
    if account.state == "reauth_needed":
        raise Conflict(
            "reauth_needed",
            f"Instagram no longer accepts our access to @{account.username}. Connect the account again, then send.",
        )
    if account.state == "restricted":
        raise Conflict(
            "account_restricted",
            f"Instagram has restricted @{account.username}. Open the Instagram app to see why; sending is paused.",
        )
    return account


def refuse_opted_out(contact: r.Contact) -> None:
    """Raises `Forbidden("opted_out")` for a contact that no program may write to."""
    if contact.opted_out_at is not None:
        raise Forbidden(
            "opted_out",
            "This person asked for no more automatic messages. Only a signed-in person may write to them, by hand.",
        )


def window_tag(conversation: r.Conversation, now: dt.datetime, *, is_person: bool) -> str | None:
    """None inside the 24 hour window, `HUMAN_AGENT` for a person up to 7 days; raises `Forbidden("window_closed")`.

    Meta: Instagram Messaging, human agent tag (people only, never a program).
    """
    window = window_of(conversation)
    if window.expires_at is None:
        raise Forbidden(
            "window_closed", "This person has not written yet. Instagram lets you answer only once they write to you."
        )
    if window.is_open(now):
        return None
    if not window.is_open_to_people(now):
        raise Forbidden(
            "window_closed",
            "More than 7 days have passed since this person's last message. Instagram lets you write again once they "
            "do.",
        )
    if is_person:
        return HUMAN_AGENT
    raise Forbidden(
        "window_closed",
        "The 24 hours since this person's last message are over. Only a signed-in person may still answer, "
        "up to 7 days, from the inbox.",
    )
