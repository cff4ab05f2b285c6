"""When schedules start: always strictly after the moment asked about, in UTC, whatever the clocks do."""

from __future__ import annotations

from datetime import datetime

import pytest

from instantchat.triggers.schedule import Schedule

MADRID = "Europe/Madrid"  # in 2026 it skips 02:00 to 03:00 on 29 March and has it twice on 25 October


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("0 9 * * 1", "UTC", "2026-01-05T12:00Z", "2026-01-12T09:00Z"),
        ("0 9 * * 1", MADRID, "2026-01-05T12:00Z", "2026-01-12T08:00Z"),
        ("0 9 * * 1", "America/New_York", "2026-01-05T12:00Z", "2026-01-05T14:00Z"),
        ("0 9 * * MON", MADRID, "2026-07-06T12:00Z", "2026-07-13T07:00Z"),
        ("0 9 * * 1", "UTC", "2026-01-12T09:00Z", "2026-01-19T09:00Z"),
        ("0 9 * * 1", "UTC", "2026-01-12T08:59:59.500Z", "2026-01-12T09:00Z"),
        ("0 9 * * 1", "UTC", "2026-01-12T09:30+01:00", "2026-01-12T09:00Z"),
        ("*/15 * * * *", "UTC", "2026-01-12T09:14:59Z", "2026-01-12T09:15Z"),
        ("0 0 13 * 5", "UTC", "2026-01-05T12:00Z", "2026-01-09T00:00Z"),
        ("0 0 L * *", "UTC", "2026-02-01T00:00Z", "2026-02-28T00:00Z"),
        ("0 0 29 2 *", "UTC", "2026-01-05T12:00Z", "2028-02-29T00:00Z"),
        ("30 2 * * *", MADRID, "2026-03-28T12:00Z", "2026-03-29T01:00Z"),
        ("30 2 * * *", MADRID, "2026-03-29T01:00Z", "2026-03-30T00:30Z"),
        ("30 2 * * *", MADRID, "2026-10-24T12:00Z", "2026-10-25T00:30Z"),
        ("30 2 * * *", MADRID, "2026-10-25T00:30Z", "2026-10-26T01:30Z"),
        ("30 2 * * *", MADRID, "2026-10-25T01:10Z", "2026-10-26T01:30Z"),
        ("*/30 * * * *", MADRID, "2026-10-25T00:30Z", "2026-10-25T01:00Z"),
        ("*/30 * * * *", MADRID, "2026-10-25T01:00Z", "2026-10-25T01:30Z"),
    ],
)
def test_the_next_start(cron: str, zone: str, after: str, expected: str) -> None:
    found = Schedule(cron=cron).next_after(datetime.fromisoformat(after), zone)
    assert found is not None and found.isoformat() == datetime.fromisoformat(expected).isoformat()


def test_its_own_zone_goes_before_the_accounts() -> None:
    found = Schedule(cron="0 9 * * *", timezone=MADRID).next_after(datetime.fromisoformat("2026-01-05T00:00Z"), "UTC")
    assert found == datetime.fromisoformat("2026-01-05T08:00Z")


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("0 0 31 2 *", "UTC"),
        ("0 0 LW * */7", MADRID),  # a last weekday of a month that is a Sunday
        ("", "UTC"),
        ("0 0 9 * * 1", "UTC"),
        ("0 9 * * 1", "Mars/Base"),
        ("0 9 * * 1", ""),
    ],
)
def test_there_is_none(cron: str, zone: str) -> None:
    assert Schedule(cron=cron).next_after(datetime.fromisoformat("2026-01-05T12:00Z"), zone) is None


def test_the_end_of_the_calendar() -> None:
    assert Schedule(cron="0 9 * * 1").next_after(datetime.fromisoformat("9999-12-31T23:00Z"), "UTC") is None


def test_a_card_says_when() -> None:
    assert Schedule(cron="0 9 * * 1-5").card() == "At 09:00 on Monday through Friday"
    assert Schedule(cron="nine").card() == Schedule().card() == "No time yet"
