"""What people type, read as values; every expectation written by hand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instantchat.engine.answers import read_choice, read_date, read_email, read_number, read_phone

TODAY = date(2026, 1, 5)
HOSTILE = (
    "",
    " ",
    "\0",
    "😀",
    "9" * 5000,
    "²",
    "1" + "0" * 400,
    "-",
    "+",
    ".",
    ",",
    "NaN",
    "inf",
    "1e9",
    "0x10",
    "x" * 5000,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann@example.com", "ann@example.com"),
        ("  Ann.Lee+shop@EXAMPLE.Com ", "Ann.Lee+shop@example.com"),
        ("\u202aann@example.com\u202c", "ann@example.com"),
        ("añe@españa.es", "añe@españa.es"),
        ("ann@example", None),
        ("ann@", None),
        ("ann at example.com", None),
        ("mail me: ann@example.com", None),
        ("a@b@example.com", None),
        ("x" * 65 + "@example.com", None),
        *((text, None) for text in HOSTILE),
    ],
)
def test_email(text: str, expected: str | None) -> None:
    assert read_email(text) == expected


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("+34 612 345 678", "", "+34612345678"),
        ("+34612345678", "US", "+34612345678"),
        ("+1 (415) 555-2671", "", "+14155552671"),
        ("612345678", "", None),
        ("612345678", "ES", "+34612345678"),
        ("612345678", "es", "+34612345678"),
        ("0034 612 345 678", "ES", "+34612345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "FR", "+33612345678"),
        ("\u2068+34 612 345 678\u2069", "", "+34612345678"),
        ("12345", "ES", None),
        ("+34 612", "", None),
        ("+999 612 345 678", "", None),
        ("+34 612 345 678 999", "", None),
        ("call +34 612 345 678", "", None),
        ("612345678 ext. 5", "ES", None),
        ("1-800-FLOWERS", "US", None),
        ("612345678", "??", None),
        *((text, "ES", None) for text in HOSTILE),
    ],
)
def test_phone(text: str, region: str, expected: str | None) -> None:
    assert read_phone(text, region) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("007", 7),
        ("12.5", 12.5),
        ("12,5", 12.5),
        (".5", 0.5),
        ("12,00", 12),
        ("-3", -3),
        ("−3", -3),
        ("+3", 3),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("1.234.567,89", 1234567.89),
        ("1 234", 1234),
        ("1\u202f234,50", 1234.5),
        ("1'234.50", 1234.5),
        ("1’234", 1234),
        ("1234.567", 1234.567),
        ("0.125", 0.125),
        ("0,125", 0.125),
        ("12 €", 12),
        ("$12.50", 12.5),
        ("-5 €", -5),
        ("50 %", 50),
        ("١٢", 12),
        ("１２", 12),
        ("1,234", None),  # 1234 to some, 1.234 to others
        ("1.234", None),
        ("1,23,456", None),
        ("1.234.5", None),
        ("1,234.567,8", None),
        ("12 13", None),
        ("12 apples", None),
        ("twelve", None),
        ("1-2", None),
        ("--1", None),
        ("12.", None),
        ("€", None),
        *((text, None) for text in HOSTILE),
    ],
)
def test_number(text: str, expected: float | None) -> None:
    value = read_number(text)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("text", "least", "most", "is_read"),
    [
        ("1", 1, 10, True),
        ("10", 1, 10, True),
        ("0.9", 1, 10, False),
        ("10.1", 1, 10, False),
        ("-5", None, 0, True),
        ("5", None, 0, False),
        ("1000000", 5, None, True),
    ],
)
def test_number_within_limits(text: str, least: float | None, most: float | None, is_read: bool) -> None:
    assert (read_number(text, least, most) is not None) is is_read


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-12-31", "dmy", "2026-12-31"),
        ("2026/2/1", "mdy", "2026-02-01"),
        ("31.12.2026", "dmy", "2026-12-31"),
        ("31/12/2026", "mdy", "2026-12-31"),
        ("12/31/2026", "dmy", "2026-12-31"),
        ("03/04/2026", "dmy", "2026-04-03"),
        ("03/04/2026", "mdy", "2026-03-04"),
        ("3-4-2026", "dmy", "2026-04-03"),
        ("1. 2. 2026", "dmy", "2026-02-01"),
        ("29.02.2028", "dmy", "2028-02-29"),
        ("today", "dmy", "2026-01-05"),
        ("Tomorrow", "dmy", "2026-01-06"),
        ("٣١/١٢/٢٠٢٦", "dmy", "2026-12-31"),
        ("29.02.2026", "dmy", None),
        ("31.04.2026", "dmy", None),
        ("13/13/2026", "dmy", None),
        ("00.01.2026", "dmy", None),
        ("31.12.26", "dmy", None),
        ("31.12", "dmy", None),
        ("31.12/2026", "dmy", None),
        ("0000-01-01", "dmy", None),
        ("2026-12-31T10:00", "dmy", None),
        ("20261231", "dmy", None),
        ("next week", "dmy", None),
        *((text, "dmy", None) for text in HOSTILE),
    ],
)
def test_date(text: str, order: str, expected: str | None) -> None:
    assert read_date(text, TODAY, order) == expected


def test_tomorrow_after_the_last_day_is_no_date() -> None:
    assert read_date("tomorrow", date.max, "dmy") is None


@pytest.mark.parametrize(
    ("text", "titles", "expected"),
    [
        ("Small", ("Small", "Large"), 0),
        ("  LARGE ", ("Small", "Large"), 1),
        ("2", ("Small", "Large"), 1),
        ("２", ("Small", "Large"), 1),
        ("2", ("2", "1"), 0),
        ("3", ("Small", "Large"), None),
        ("0", ("Small", "Large"), None),
        ("-1", ("Small", "Large"), None),
        ("small one", ("Small", "Large"), None),
        ("", ("", "Large"), None),
        ("1", (), None),
        *((text, ("Small", "Large"), None) for text in HOSTILE),
    ],
)
def test_choice(text: str, titles: tuple[str, ...], expected: int | None) -> None:
    assert read_choice(text, titles) == expected


NUMBERISH = st.text(alphabet="0123456789٣²+-−.,/ '€%abT:\u202f\u2068")


@given(st.text() | NUMBERISH, st.sampled_from(["", "ES", "US", "??"]), st.sampled_from(["dmy", "mdy"]))
def test_any_text_is_read_or_not_but_never_raises(text: str, region: str, order: str) -> None:
    for value in (read_email(text), read_phone(text, region), read_date(text, TODAY, order)):
        assert value is None or value
    number = read_number(text, -1e6, 1e6)
    assert number is None or -1e6 <= number <= 1e6
    read_choice(text, ["Small", "Large"])


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_stored_date_reads_as_itself(day: date) -> None:
    assert read_date(day.isoformat(), TODAY, "mdy") == day.isoformat()
