"""`delayNode`: wait for a while or until a time of day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from instantchat.engine.form import Kind, Labels, Part, Required
from instantchat.engine.inputs import Input
from instantchat.engine.issues import Issue
from instantchat.engine.node import Node, Outcome, Take, Upgrade, WaitFor
from instantchat.engine.visit import Visit
from instantchat.engine.zone import read_zone

LONGEST = timedelta(days=365)
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday"}  # fmt: skip # noqa: E501


class Until(Part):
    """The next time it is this time of day, on one of these days if any are given."""

    time: Annotated[
        str, Field(title="Time", description="24 hours, such as 09:30.", max_length=8), Kind("time"), Required
    ] = ""
    weekdays: Annotated[list[Weekday], Field(title="Only on", max_length=7), Kind("weekdays"), Labels(DAY_NAMES)] = []
    timezone: Annotated[
        str,
        Field(title="Time zone", description="Such as Europe/Madrid; empty: the server's (TIMEZONE).", max_length=64),
        Kind("timezone"),
    ] = ""

    def next_after(self, now: datetime, default_zone: str) -> datetime | None:
        """The moment in UTC, after `now`; None when time or zone cannot be read."""
        at, zone = _read_time(self.time), read_zone(self.timezone or default_zone)
        if at is None or zone is None:
            return None
        today = now.astimezone(zone).date()
        days = (today + timedelta(days=ahead) for ahead in range(9))
        moments = (
            datetime.combine(day, at, zone).astimezone(UTC)
            for day in days
            if not self.weekdays or WEEKDAYS[day.weekday()] in self.weekdays
        )
        return next((moment for moment in moments if moment > now), None)


def _short_weekdays(data: dict[str, Any]) -> dict[str, Any]:
    until = data.get("until")
    days = until.get("weekdays") if isinstance(until, dict) else None
    if not isinstance(until, dict) or not isinstance(days, list):
        return data
    return {**data, "until": {**until, "weekdays": [_weekday(day) for day in days]}}


def _weekday(item: Any) -> Any:
    if isinstance(item, int) and not isinstance(item, bool) and 1 <= item <= 7:
        return WEEKDAYS[item - 1]
    if isinstance(item, str) and item.lower() in {name.lower() for name in DAY_NAMES.values()}:
        return item.lower()[:3]
    return item


class DelayNode(Node):
    """Waits for some time, or until a time of day, then goes on.

    A waiting run costs nothing and survives restarts. What is sent after a wait of 24 hours or more reaches the contact
    only if they wrote in between.
    """

    type: ClassVar[str] = "delayNode"
    label: ClassVar[str] = "Delay"
    icon: ClassVar[str] = "clock"
    group: ClassVar[str] = "Logic"
    place: ClassVar[int] = 40
    window: ClassVar[str] = "The window may close while waiting."
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"amount": 10, "unit": "minutes"},
        {"until": {"time": "09:00", "weekdays": ["mon", "fri"], "timezone": "Europe/Madrid"}},
    )
    upgrades: ClassVar[tuple[Upgrade, ...]] = (
        Upgrade(
            "Weekdays are written mon to sun; full names and ISO numbers (1 is Monday) became that.",
            _short_weekdays,
            before={"until": {"time": "09:00", "weekdays": ["Monday", 7]}},
            after={"until": {"time": "09:00", "weekdays": ["mon", "sun"]}},
        ),
    )

    amount: Annotated[float | None, Field(title="Wait for", ge=0, le=31_536_000)] = None
    unit: Annotated[Literal["seconds", "minutes", "hours", "days"], Field(title="Unit")] = "minutes"
    until: Annotated[
        Until | None, Field(title="Or until", description="Used instead of the amount."), Kind("until")
    ] = None

    def enter(self, visit: Visit) -> Outcome:
        moment = self._moment(visit)
        if moment is None:
            visit.warnings.append("the time to wait for cannot be read, so there was no wait")
        return Take("next") if moment is None or moment <= visit.now else WaitFor("time", moment)

    def resume(self, visit: Visit, given: Input) -> Take:
        return Take("next")

    def waits(self) -> bool:
        return self.until is not None or bool(self.amount)

    def longest_stay(self, exit_id: str) -> timedelta:
        if self.until is None:
            return min(self._length(), LONGEST)
        return timedelta(days=7 if self.until.weekdays else 1)

    def card(self) -> str:
        if self.until is not None:
            days = ", ".join(DAY_NAMES[day] for day in self.until.weekdays)
            return f"Until {self.until.time or '…'}{f' on {days}' if days else ''}"
        return f"Wait {self.amount:g} {self.unit}" if self.amount is not None else "No time yet"

    def check(self) -> Iterator[Issue]:
        if self.until is None:
            if self.amount is None:
                hint = "Give an amount or a time of day."
                yield Issue("required", "“Wait for” is missing.", field="amount", hint=hint)
            elif self._length() > LONGEST:
                yield Issue("too_long", "The wait is longer than a year.", field="amount", hint="Shorten it.")
            return
        if self.until.time and _read_time(self.until.time) is None:
            yield Issue("bad_time", "This is no time of day.", field="until.time", hint="Write it like 09:30.")
        if self.until.timezone and read_zone(self.until.timezone) is None:
            hint = "Use a name such as Europe/Madrid."
            yield Issue("bad_timezone", "There is no such time zone.", field="until.timezone", hint=hint)

    def _moment(self, visit: Visit) -> datetime | None:
        if self.until is not None:
            return self.until.next_after(visit.now, visit.context.account.timezone)
        return None if self.amount is None else visit.now + min(self._length(), LONGEST)

    def _length(self) -> timedelta:
        seconds = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}[self.unit]
        return timedelta(seconds=min((self.amount or 0) * seconds, 10 * LONGEST.total_seconds()))


def _read_time(text: str) -> time | None:
    try:
        return time.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None
