"""Triggers that fight for the same events."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ..issues import Issue
from ..text import shorten
from .subject import Subject

CLASHES_SHOWN = 20
LISTENERS_COMPARED = 60  # flows have a few; one with thousands must not hold up everybody's saving


def find(subject: Subject) -> Iterator[Issue]:
    """Clashes with other active flows, then those between the trigger nodes of this one."""
    yield from _with_others(subject)
    yield from _within(subject)


def _with_others(subject: Subject) -> Iterator[Issue]:
    shown = 0
    for listener in subject.flow.listeners[:LISTENERS_COMPARED]:
        for name, other in subject.others:
            phrases = (listener.trigger.clash(theirs.trigger) for theirs in other.listeners)
            phrase = next((each for each in phrases if each), None)
            if phrase is not None:
                message = f"The flow “{shorten(name, 60)}” listens to {phrase} too."
                hint = "The older flow wins, unless the other has a higher priority."
                yield Issue("keyword_clash", message, "warning", node_id=listener.node_id, hint=hint)
                shown += 1
                if shown >= CLASHES_SHOWN:
                    return


def _within(subject: Subject) -> Iterator[Issue]:
    """The trigger nodes whose events an earlier one takes."""
    told: set[str | None] = set()
    for first, second in combinations(subject.flow.listeners[:LISTENERS_COMPARED], 2):
        if first.node_id == second.node_id or second.node_id in told:
            continue
        phrase = first.trigger.clash(second.trigger)
        if phrase is not None:
            told.add(second.node_id)
            message = f"Another trigger of this flow listens to {phrase} too."
            hint = "The one that was added first wins: connect it to both ways' beginning, or change one of them."
            yield Issue("trigger_clash", message, "info", node_id=second.node_id, hint=hint)
            if len(told) >= CLASHES_SHOWN:
                return
