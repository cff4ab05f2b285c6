"""Times in the reader's own time zone: the server knows the moment, only the browser knows the zone."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx
from reflex.components.component import NoSSRComponent

_ENTRY = rx.asset("moment.jsx", shared=True).importable_path


class MomentView(NoSSRComponent):
    """Draws a `<time>`; in the browser only, where the zone is known."""

    library = _ENTRY
    tag = "Moment"
    at: rx.Var[str]
    form: rx.Var[str]


class DayBreakView(NoSSRComponent):
    """Draws the separator between two days."""

    library = _ENTRY
    tag = "DayBreak"
    at: rx.Var[str]
    before: rx.Var[str]


class BetweenView(NoSSRComponent):
    """Draws its children during a span of time."""

    library = _ENTRY
    tag = "Between"
    since: rx.Var[str]
    until: rx.Var[str]


def moment(
    at: str | rx.Var[str], form: Literal["short", "time", "full", "until", "day"] = "short", **props: Any
) -> rx.Component:
    """`at` (RFC 3339) as "2 min" or "3 Nov"; `time` is the clock, `full` date and clock, `until` what is left,
    `day` "Today"."""
    return MomentView.create(at=at, form=form, **props)


def day_break(at: str | rx.Var[str], before: str | rx.Var[str], **props: Any) -> rx.Component:
    """The day of `at` where it differs from that of the moment `before` it (empty for none)."""
    return DayBreakView.create(at=at, before=before, **props)


def between(*children: Any, since: str | rx.Var[str] = "", until: str | rx.Var[str] = "") -> rx.Component:
    """`children` from `since` on and before `until` by the browser's clock; an empty bound is none."""
    return BetweenView.create(*children, since=since, until=until)
