"""Template filters: each does what its documentation says, and none fails on any value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instantchat.engine.context import AccountView, ContactView
from instantchat.engine.filters import FILTERS, filter_docs, format_value
from instantchat.engine.scope import Scope
from instantchat.engine.templates import render
from tests.engine.test_engine_properties import JSON


def rendered(template: str, value: Any) -> str:
    return render(template, Scope(ContactView("c", "1", variables={"x": value}), None, None, AccountView("a")), [])


@pytest.mark.parametrize("doc", filter_docs(), ids=lambda doc: doc["name"])
def test_its_example_holds(doc: dict[str, Any]) -> None:
    assert f"|{doc['name']}" in doc["example"]
    assert doc["help"].endswith(".")
    assert rendered(doc["example"], doc["value"]) == doc["result"]


@pytest.mark.parametrize(
    ("value", "pattern", "expected"),
    [
        ("2026-03-05", "DD.MM.YYYY", "05.03.2026"),
        (" 2026-03-05 ", "D.M.YY", "5.3.26"),
        ("2026-03-05", "D MMM YYYY", "5 Mar 2026"),
        ("2026-03-05", "dddd, MMMM D", "Thursday, March 5"),
        ("2026-03-05", "HH:mm:ss", "00:00:00"),
        ("2026-03-05T21:07:09Z", "H:mm:ss", "21:07:09"),
        ("2026-03-05T21:07:09.5-05:00", "YYYY/MM/DD HH", "2026/03/05 21"),
        ("0099-01-02", "YYYY", "0099"),
        ("tomorrow", "DD.MM.YYYY", "tomorrow"),
        ("2026-02-30", "DD.MM.YYYY", "2026-02-30"),
        (20260305, "DD.MM.YYYY", "20260305"),
        (["2026-03-05"], "DD", "2026-03-05"),
        ("2026-03-05", "YYYYMMDD", "20260305"),
        ("2026-03-05", "in summer, Dimmed, D°", "in summer, Dimmed, 5°"),
        ("2026-03-05", "M" * 250 + "x", "M" * 250 + "x"),
    ],
)
def test_date(value: Any, pattern: str, expected: str) -> None:
    assert rendered(f"{{{{x|date:{pattern}}}}}", value) == expected


def test_a_date_without_a_pattern() -> None:
    assert rendered("{{x|date}}", "2026-03-05T21:07:09Z") == "2026-03-05"


@pytest.mark.parametrize(
    ("value", "template", "expected"),
    [
        (1234567, "{{x|number}}", "1,234,567"),
        (1234.0, "{{x|number}}", "1,234"),
        ("1234.5", "{{x|number}}", "1,234.5"),
        (-1234.567, "{{x|number:1}}", "-1,234.6"),
        (999, "{{x|number:2}}", "999.00"),
        (1234, "{{x|number:0}}", "1,234"),
        (1234, "{{x|number:two}}", "1234"),
        (1234.5, "{{x|number:99}}", "1,234.5000000000"),
        ("abc", "{{x|number}}", "abc"),
        (True, "{{x|number}}", "true"),
        ("nan", "{{x|number}}", "nan"),
        ("1e400", "{{x|number}}", "1e400"),
        ([1000], "{{x|number}}", "1000"),
        (10**30, "{{x|number}}", str(10**30)),
        ("2026-03-05", '{{missing|"date"}}', "date"),
    ],
)
def test_number(value: Any, template: str, expected: str) -> None:
    assert rendered(template, value) == expected


@given(st.sampled_from(sorted(FILTERS)), JSON, st.sampled_from(["", "2", "-1", "x", "²", "DD.MM.YYYY"]) | st.text())
def test_none_fails(name: str, value: Any, argument: str) -> None:
    format_value(FILTERS[name].apply(value, argument))
