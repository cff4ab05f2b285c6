"""Steps that may have nothing to say it through: the messaging window may be closed, or not open yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..compiled import CompiledFlow
from ..issues import Issue
from ..node import Node
from ..text import shorten
from .standing import LONGEST, Standing, WindowState, window_states
from .subject import Subject

_LATE_HINT = "When it is closed, {}. Come here within 24 hours, or let the contact answer something first."
_NEVER_HINT = "Begin with something that contacts send, or keep this to those who wrote within 24 hours."
_REPLY_HINT = "A comment allows one private reply: say it there, or ask something in it that people answer."
_ONE_HINT = "Put it all into one text, or send the rest once the person has answered."


def find(subject: Subject) -> Iterator[Issue]:
    """One finding per step and way in which its message may not go out."""
    for node_id, state in window_states(subject.flow, subject.target).items():
        node = subject.flow.nodes[node_id]
        for issue in _about(node, state, subject.flow):
            yield Issue(issue.code, issue.message, issue.severity, node_id=node_id, hint=issue.hint)


def _about(node: Node, state: WindowState, flow: CompiledFlow) -> Iterator[Issue]:
    hint = _LATE_HINT.format("nothing is sent and the run ends here" if node.waits() else "nothing is sent here")
    if Standing.MAY_BE_CLOSED in state.standings:
        step = flow.nodes[state.after].card() if state.after is not None else ""
        message = f"The messaging window may be closed after “{shorten(step, 60)}”: {_long(state.elapsed)} can go by"
        yield Issue("window_closed", f"{message} since the contact last did something.", "warning", hint=hint)
    elif Standing.NEVER_OPEN in state.standings:
        message = f"“{_unasked(flow)}” opens no messaging window: who has not written within 24 hours gets nothing."
        yield Issue("window_closed", message, "warning", hint=_NEVER_HINT)
    awaits = {Standing.NOT_OPEN} if node.sends() else {Standing.NOT_OPEN, Standing.PRIVATE_REPLY}
    if awaits & state.standings:
        message = "This goes out only once the person has answered the private reply."
        if not node.sends():
            message = "After a comment this does nothing until the contact has written."
        yield Issue("window_not_open", message, "warning", hint=_REPLY_HINT)
    if Standing.PRIVATE_REPLY in state.standings and node.sends() > 1:
        message = (
            f"After a comment only one of the {node.sends()} messages of this step goes out, as the private reply."
        )
        yield Issue("private_reply_one_message", message, "warning", hint=_ONE_HINT)


def _unasked(flow: CompiledFlow) -> str:
    """The trigger that starts runs nobody asked for."""
    triggers = (each.trigger for each in flow.listeners)
    return next((each.label for each in triggers if not each.opens_window and not each.gives_private_reply), "")


def _long(time: timedelta) -> str:
    if time >= LONGEST:
        return f"{LONGEST.days} days or more"
    hours = time.total_seconds() / 3600
    return f"{hours:.3g} hours" if hours < 48 else f"{hours / 24:.2g} days"
