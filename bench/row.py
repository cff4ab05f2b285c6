"""A line of the table that `make bench` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, the figure, the budget it is held against, and whether that is met."""

    what: str
    figure: str
    budget: str
    is_met: bool
