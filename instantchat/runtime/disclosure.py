"""Telling people that they talk to a machine, where the account's rules ask for it: once, before flows speak."""

from __future__ import annotations

from instantchat.engine.text import BUTTONS_BYTES, MESSAGE_BYTES
from instantchat.runtime.lane import LONG_SILENCE, Lane


def disclose(lane: Lane, run_id: str) -> None:
    """Queue the disclosure, where it is due, before the message that a run is about to send."""
    if not _is_due(lane):
        return
    lane.queue_message(run_id, text=lane.rules.disclosure, extras={"notice": "disclosure"})
    lane.change_conversation(disclosed_at=lane.now)


def with_disclosure(lane: Lane, text: str, *, has_buttons: bool) -> str:
    """The text of a private reply, which is the only message there may be, after the disclosure where it is due. Where
    both do not fit, or there is no text, the disclosure waits for the first message after the person has answered."""
    if not text or not _is_due(lane):
        return text
    both = f"{lane.rules.disclosure}\n\n{text}"
    if len(both.encode()) > (BUTTONS_BYTES if has_buttons else MESSAGE_BYTES):
        return text
    lane.change_conversation(disclosed_at=lane.now)
    return both


def _is_due(lane: Lane) -> bool:
    """At the start of a thread, after a day without a message, and when flows speak again after a person did."""
    if not lane.rules.disclosure:
        return False
    talk = lane.conversation
    if talk.disclosed_at is None or (talk.answered_at is not None and talk.answered_at >= talk.disclosed_at):
        return True
    return talk.last_at is not None and lane.now - talk.last_at >= LONG_SILENCE
