"""What each reason code of a decision record means, as a sentence: one table for decisions, one for verdicts.

A trigger of a third party has codes of its own; its verdicts bring their sentence with them.
"""

from __future__ import annotations

from typing import Final

_FLOW = "{flow}"

DECISIONS: Final[dict[str, str]] = {
    # the engine's
    "tap": "It was a tap on a choice of {flow}, which was waiting for it: the run went on, and no trigger was asked.",
    "reply": "{flow} was waiting for an answer and took this one: the run went on, and no trigger was asked.",
    "trigger": "A trigger of {flow} matched, so it started.",
    "named": "It was meant for {flow}, which started; no other flow was asked.",
    "stop": "It was a stop word: the person gets no more automatic messages, and every run that waited ended.",
    "none": "No flow started: no trigger matched.",
    # the runtime's
    "opted_out": "The person asked for no more automatic messages, so no flow heard it.",
    "start": "The person allowed automatic messages again; no flow heard this word itself.",
    "escalated": "The person asked for somebody of yours: flows fell silent, what waited ended, and members were told.",
    "paused": "Flows were paused for this person, so none of them heard it.",
    "already_started": "It asked for a run that had already begun, so nothing started twice.",
    "standby": "Another app held the conversation, so no flow heard it.",
    "test": "It was a test from Meta's dashboard: recorded, and heard by no flow.",
    "recorded": "It was recorded. Flows do not hear events of this kind.",
    "result": "It was the answer {flow} was waiting for: the run went on.",
    "run_went_on": "The run it was meant for had already gone on or ended, so it changed nothing.",
    "profile": "The person's profile came. Runs that waited for it went on.",
    "own_message": "It was Instagram's copy of a message sent from here.",
    "phone": "Somebody answered from Instagram's own app, so flows pause for this person.",
    "unsent": "The person took a message back; its text and media were dropped here too.",
    "edited": "The person edited a message, and it was changed here too.",
    "seen": "The person saw the messages up to this one.",
    "taken_back": "The message was unsent before it came, so nothing of it was kept and no flow heard it.",
    "found_late": "It was found by a check, over an hour after it was written: kept, but no flow heard it any more.",
    "known_message": "It is a message that is stored here already, so it changed nothing.",
    "unknown_message": "It is about a message that is not stored here, so it changed nothing.",
}
NOBODY_LISTENS: Final = "No flow started: no flow was active."
NONE_ALLOWED: Final = "No flow started: the one that matched may not start again yet."
"""In place of `none`, where there are no verdicts, and where something matched."""
STALE_TAP: Final = "The tapped choice belongs to a run that no longer waits for it."
"""Follows the sentence of a decision with `endedRunId`."""

VERDICTS: Final[dict[str, str]] = {
    "matched": "A trigger matched.",
    "outranked": "A trigger matched, but another flow went first.",
    "no_trigger": "The flow has no trigger.",
    "not_active": "There is no active flow of this name.",
    "follow_up_limit": "One event had already set off as many flows as it may.",
    "reentry_running": "It is already running for this person.",
    "reentry_once": "It starts once per person, and already has.",
    "reentry_every": "It started for this person not long enough ago.",
    "too_soon": "It started for this person not long enough ago.",
    "no_text": "There is no text.",
    "no_keyword": "None of the keywords is there.",
    "excluded": "It has a word that keeps the flow from starting.",
    "not_the_first": "The person has written before.",
    "no_payload": "Nothing with a payload was tapped.",
    "tap_of_a_flow": "The button belongs to a flow's own message.",
    "other_payload": "It has another payload.",
    "other_emoji": "It was another emoji.",
    "other_post": "The comment is on another post.",
    "reply_to_comment": "It was a reply to another comment.",
    "no_referral": "The person did not come through a link or ad.",
    "other_source": "The person came another way.",
    "other_ref": "It has another ref.",
    "no_shared_post": "No post, reel or story is attached.",
    "other_change": "The contact changed in another way.",
    "other_name": "It was another tag or field.",
    "not_in_segment": "The contact is not in the segment.",
}
OTHER_KIND: Final = "The flow listens to another kind of event."


def decision_sentence(
    reason: str, *, flow: str = "", is_asked: bool = True, has_match: bool = False, is_stale_tap: bool = False
) -> str:
    """A decision in words; `flow` is the name of the flow that took the event, `is_asked` whether any had a verdict,
    `has_match` whether one of them matched."""
    text = DECISIONS.get(reason, "It was recorded.")
    if reason == "none" and (has_match or not is_asked):
        text = NONE_ALLOWED if has_match else NOBODY_LISTENS
    text = text.replace(_FLOW, f"“{flow}”" if flow else "a flow")
    text = text[:1].upper() + text[1:]
    return f"{STALE_TAP} {text}" if is_stale_tap else text


def verdict_sentence(reason: str) -> str | None:
    """What a verdict's code means; None for one that only its trigger knows."""
    return OTHER_KIND if reason.startswith("not_a_") else VERDICTS.get(reason)
