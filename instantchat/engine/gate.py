"""The messaging window at the door: what a step wants to send goes out, waits for an answer, or stays unsent.

One place for all nodes, so that a third party's is as policy-safe as ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from .context import Context, InboundMessage
from .effects import Effect, SendMessage, SetTyping
from .node import End, EnterFlow, Outcome, Take, WaitFor
from .window import COMMENTS, OPENING, PRIVATE_REPLY, Gate

AWAITS_ANSWER: Final = "awaitsAnswer"
_CLOSED = "The messaging window is closed: nothing was sent. Instagram lets you write again once the contact does."
_NOT_OPEN = "Goes on when the contact answers: a comment allows one private reply, which went out before."
_ONE_MESSAGE = "a private reply is one message: {} more of this step were left out"


@dataclass(frozen=True, slots=True)
class Passed:
    """An outcome as the window lets it be; `unsent` are the messages that it keeps back for good."""

    outcome: Outcome
    gate: Gate | None = None
    warning: str | None = None
    unsent: tuple[SendMessage, ...] = ()


def comment_of(message: InboundMessage) -> dict[str, Any] | None:
    """What a run keeps of the comment that started it: its one private reply, within seven days."""
    comment_id = message.refs.get("commentId")
    if message.kind not in COMMENTS or not isinstance(comment_id, str):
        return None
    return {"id": comment_id, "until": (message.at + PRIVATE_REPLY).isoformat(), "spent": False}


def pass_gate(outcome: Outcome, data: dict[str, Any], context: Context) -> Passed:
    """What becomes of an outcome; marks the private reply in `data` as spent when it is used. Outcomes that send
    nothing pass as they are."""
    if not _sends(outcome):
        return Passed(outcome)
    gate = _gate(data, context)
    if gate is Gate.OPEN:
        return Passed(outcome, gate)
    if gate is Gate.PRIVATE_REPLY:
        return _privately(outcome, data)
    if gate is Gate.NOT_OPEN:
        until = datetime.fromisoformat(data["comment"]["until"])
        return Passed(WaitFor("reply", until, memory={AWAITS_ANSWER: True}, note=_NOT_OPEN), gate)
    return Passed(_unsent(outcome), gate, unsent=_sends(outcome))


def hears_answer(memory: dict[str, Any], message: InboundMessage) -> bool | None:
    """Whether a step that waits for the window to open hears this; None when it does not wait for that."""
    return message.kind in OPENING if memory.get(AWAITS_ANSWER) else None


def _gate(data: dict[str, Any], context: Context) -> Gate:
    if context.window.is_open(context.now):
        return Gate.OPEN
    comment = data.get("comment")
    if comment is None or context.now >= datetime.fromisoformat(comment["until"]):
        return Gate.CLOSED
    return Gate.NOT_OPEN if comment["spent"] else Gate.PRIVATE_REPLY


def _privately(outcome: Outcome, data: dict[str, Any]) -> Passed:
    """The one message: that with the choices, else the first text, else the first of all."""
    sends = _sends(outcome)
    chosen = max(sends, key=lambda send: (bool(send.quick_replies or send.buttons), bool(send.text)))
    data["comment"] = {**data["comment"], "spent": True}
    reply = replace(chosen, comment_id=data["comment"]["id"])
    effects = [*_without_sends(outcome.effects), reply]
    warning = _ONE_MESSAGE.format(len(sends) - 1) if len(sends) > 1 else None
    unsent = tuple(send for send in sends if send is not chosen)
    return Passed(replace(outcome, effects=tuple(effects)), Gate.PRIVATE_REPLY, warning, unsent)


def _unsent(outcome: Outcome) -> Outcome:
    """What the step does besides talking is done; who was to answer what never went out cannot."""
    effects = tuple(_without_sends(outcome.effects))
    if isinstance(outcome, Take):
        return Take(outcome.exit, effects, outcome.note, outcome.error or _CLOSED)
    if isinstance(outcome, EnterFlow):
        return replace(outcome, effects=effects)
    return End(effects, error=_CLOSED)


def _sends(outcome: Outcome) -> tuple[SendMessage, ...]:
    return tuple(effect for effect in outcome.effects if isinstance(effect, SendMessage))


def _without_sends(effects: Sequence[Effect]) -> list[Effect]:
    return [effect for effect in effects if not isinstance(effect, SendMessage | SetTyping)]
