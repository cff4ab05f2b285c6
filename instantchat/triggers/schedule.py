"""`schedule`: at certain times, for the contacts of a segment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, Any, ClassVar

from cronsim import CronSim, CronSimError
from pydantic import Field

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.form import Kind, Required
from instantchat.engine.issues import Issue
from instantchat.engine.rules import EventFacts, Rule, check_rules
from instantchat.engine.text import shorten
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind
from instantchat.engine.zone import read_zone

SHORTEST_GAP = 15
DAY = 24 * 60
SAMPLE = datetime(2024, 1, 1, tzinfo=UTC)
HINT = "Five parts: minute, hour, day of the month, month, weekday. 0 9 * * 1 is Mondays at 09:00."


class Schedule(Trigger):
    """Starts the flow at certain times for every contact of a segment.

    Times are written as in cron, in the server's time zone unless another is given; a time that the change to summer
    time skips comes when the clock goes on, one that happens twice counts once. This does not open the messaging
    window: contacts whose window is closed get no message.
    """

    type: ClassVar[str] = "schedule"
    label: ClassVar[str] = "Schedule"
    icon: ClassVar[str] = "calendar-clock"
    group: ClassVar[str] = "Time and programs"
    opens_window: ClassVar[bool] = False
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"type": "schedule", "cron": "0 9 * * 1-5", "timezone": "Europe/Madrid"},
        {
            "type": "schedule",
            "cron": "30 18 1 * *",
            "segment": [{"field": "contact.tags", "op": "contains", "value": "vip"}],
        },
    )

    cron: Annotated[
        str,
        Field(
            title="When",
            description="Minute, hour, day, month, weekday: 0 9 * * 1 is Mondays at 09:00, 30 18 1 * * the first of "
            "each month at 18:30, */30 * * * * every half hour.",
            max_length=100,
        ),
        Kind("cron"),
        Required,
    ] = ""
    timezone: Annotated[
        str,
        Field(title="Time zone", description="Such as Europe/Madrid; empty: the server's (TIMEZONE).", max_length=64),
        Kind("timezone"),
    ] = ""
    segment: Annotated[
        list[Rule],
        Field(title="Only contacts with", description="All must hold; leave empty for everyone.", max_length=50),
        Kind("rules"),
    ] = []

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        refused = other_kind(event, "schedule")
        if refused is not None:
            return refused
        facts = EventFacts(context)
        for rule in self.segment:
            if not rule.holds(facts):
                detail = f"The contact is not in the segment: {shorten(rule.text(), 200)} does not hold."
                return NoMatch("not_in_segment", detail, {**facts.values, "rule": shorten(rule.text(), 200)})
        return Match(Rank.ANY, "The time has come.", facts.values)

    def next_after(self, moment: datetime, default_zone: str) -> datetime | None:
        """The next start after an aware moment, in UTC; None when there is none within 50 years or it cannot be read.

        `default_zone` is the account's.
        """
        zone = read_zone(self.timezone.strip() or default_zone)
        if zone is None:
            return None
        try:
            # A fresh iteration begins at wall clock time, so in the hour that happens twice it may first look back.
            starts = (each.astimezone(UTC) for each in _read_cron(self.cron, moment.astimezone(zone)))
            return next((each for each in starts if each > moment), None)
        except (CronSimError, OverflowError):
            return None

    def card(self) -> str:
        try:
            return shorten(_read_cron(self.cron, SAMPLE).explain(), 80)
        except CronSimError:
            return "No time yet"

    def check(self) -> Iterator[Issue]:
        if self.cron.strip():
            yield from self._check_cron()
        if self.timezone.strip() and read_zone(self.timezone.strip()) is None:
            hint = "Use a name such as Europe/Madrid."
            yield Issue("bad_timezone", "There is no such time zone.", field="timezone", hint=hint)
        yield from check_rules(self.segment, "segment")

    def _check_cron(self) -> Iterator[Issue]:
        try:
            gap = _shortest_gap(_read_cron(self.cron, SAMPLE))
        except CronSimError as error:
            message = f"The time cannot be read: {str(error).lower()}."
            yield Issue("bad_cron", message, field="cron", hint=HINT)
            return
        if gap < SHORTEST_GAP:
            message = f"Two starts are only {gap} min apart; there must be {SHORTEST_GAP} between them."
            yield Issue("too_often", message, field="cron", hint="Write */15 for every quarter of an hour.")
        elif self.model_copy(update={"timezone": "UTC"}).next_after(SAMPLE, "UTC") is None:
            yield Issue("bad_cron", "There is no such day.", field="cron", hint=HINT)


def _read_cron(text: str, moment: datetime) -> CronSim:
    """The times of a cron text from a moment on. Raises CronSimError; seconds, a sixth part, are refused."""
    if len(text.split()) != 5:
        raise CronSimError("Wrong number of parts")
    return CronSim(text, moment)


def _shortest_gap(times: CronSim) -> int:
    """The least minutes between two starts, days taken to follow each other."""
    daily = sorted(60 * hour + minute for hour in times.hours for minute in times.minutes)
    return min(later - earlier for earlier, later in pairwise([*daily, daily[0] + DAY]))
