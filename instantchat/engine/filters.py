"""The fixed set of template filters: each takes a value and the text after `:` and never fails.

What a filter cannot work with (`abc` as a number) comes out as it went in.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

VALUE_LIMIT = 20_000
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TOKEN = re.compile("YYYY|YY|MMMM|MMM|MM|M|dddd|ddd|DD|D|HH|H|mm|ss")
_TOKENS = re.compile(rf"(?<![^\W\d_])(?:{_TOKEN.pattern})++(?![^\W\d_])")  # not the mm in summer


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: what it does to a value and the text after `:`, in words too, and what `example` makes of `value`."""

    apply: Callable[[Any, str], Any]
    help: str
    example: str
    value: Any
    result: str


def filter_docs() -> list[dict[str, Any]]:
    """Every filter as `{name, help, example, value, result}`: the example is a template that reads `value`."""
    return [
        {"name": name, "help": each.help, "example": each.example, "value": each.value, "result": each.result}
        for name, each in FILTERS.items()
    ]


def format_value(value: Any) -> str:
    """A JSON value as people read it: `true`, `3` for 3.0, lists of plain values with commas, the rest as JSON."""
    if isinstance(value, str):
        return value[:VALUE_LIMIT]
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int) and value.bit_length() > 4000:  # str() refuses integers of more than 4,300 digits
        return ""
    if isinstance(value, list | tuple) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(format_value(item) for item in value[:1000])[:VALUE_LIMIT]
    if isinstance(value, dict | list | tuple):
        return _json(value, "")[:VALUE_LIMIT]
    return str(value)


def _json(value: Any, _: str) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return ""


def _item(index: int) -> Callable[[Any, str], Any]:
    def pick(value: Any, _: str) -> Any:
        items = value.split() if isinstance(value, str) else value
        return items[index] if isinstance(items, list | tuple) and items else ""

    return pick


def _round(value: Any, digits: str) -> Any:
    try:
        places = max(0, min(10, int(digits or 0)))
        return f"{float(value):.{places}f}"
    except (TypeError, ValueError, OverflowError):
        return value


def _truncate(value: Any, length: str) -> str:
    text = format_value(value)
    limit = max(1, int(length)) if length.isdecimal() and len(length) < 6 else 100
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _number(value: Any, digits: str) -> Any:
    amount = _read_number(value)
    if amount is None:
        return value
    if digits:
        return f"{amount:,.{max(0, min(10, int(digits)))}f}" if digits.isdecimal() and len(digits) < 6 else value
    return f"{int(amount):,}" if amount == int(amount) else f"{amount:,}"


def _read_number(value: Any) -> int | float | None:
    """The number this is, if it can be shown with its digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value) if isinstance(value, str) else value
        return number if math.isfinite(number) and abs(number) < 1e15 else None
    except (ValueError, OverflowError):
        return None


def _date(value: Any, pattern: str) -> Any:
    try:
        moment = datetime.fromisoformat(value.strip())
    except (AttributeError, ValueError):
        return value

    def write(tokens: re.Match[str]) -> str:
        return _TOKEN.sub(lambda token: _date_part(moment, token.group()), tokens.group())

    return _TOKENS.sub(write, pattern or "YYYY-MM-DD")


def _date_part(moment: datetime, token: str) -> str:
    month, day = MONTHS[moment.month - 1], DAYS[moment.weekday()]
    words = {"MMMM": month, "MMM": month[:3], "dddd": day, "ddd": day[:3], "YY": f"{moment.year % 100:02}"}
    if token in words:
        return words[token]
    names = {"Y": "year", "M": "month", "D": "day", "H": "hour", "m": "minute", "s": "second"}
    return f"{getattr(moment, names[token[0]]):0{len(token)}}"


def _on_text(change: Callable[[str], str]) -> Callable[[Any, str], Any]:
    return lambda value, _: change(format_value(value))


FILTERS: dict[str, Filter] = {
    "upper": Filter(_on_text(str.upper), "All letters as capitals.", "{{x|upper}}", "Ana", "ANA"),
    "lower": Filter(_on_text(str.lower), "All letters small.", "{{x|lower}}", "Ana", "ana"),
    "capitalize": Filter(
        _on_text(lambda text: text[:1].upper() + text[1:]),
        "The first letter as a capital.", "{{x|capitalize}}", "ana maria", "Ana maria",
    ),
    "title": Filter(_on_text(str.title), "Each word with a capital.", "{{x|title}}", "ana maria", "Ana Maria"),
    "trim": Filter(_on_text(str.strip), "No white space around it.", "{{x|trim}}", "  Ana ", "Ana"),
    "truncate": Filter(
        _truncate, "At most so many characters (100), with … where something was left out.",
        "{{x|truncate:8}}", "Summer sale", "Summer …",
    ),
    "first": Filter(_item(0), "The first item of a list, or word of a text.", "{{x|first}}", ["red", "blue"], "red"),
    "last": Filter(_item(-1), "The last item of a list, or word of a text.", "{{x|last}}", "Ana Maria Lee", "Lee"),
    "length": Filter(
        lambda value, _: len(value) if isinstance(value, str | list | dict | tuple) else 0,
        "How many items a list has, or characters a text.", "{{x|length}}", ["red", "blue"], "2",
    ),
    "round": Filter(_round, "Rounded to so many decimals (0).", "{{x|round:1}}", 4.567, "4.6"),
    "number": Filter(
        _number, "With commas between the thousands; with so many decimals, or as many as there are.",
        "{{x|number:2}}", 1234567.5, "1,234,567.50",
    ),
    "date": Filter(
        _date,
        "A date or moment, written with YYYY YY, MMMM MMM MM M, DD D, dddd ddd (weekday), HH H, mm, ss; YYYY-MM-DD "
        "without any. Moments stay in the time zone they carry.",
        "{{x|date:ddd D MMMM YYYY HH:mm}}", "2026-03-05T09:07:00+01:00", "Thu 5 March 2026 09:07",
    ),
    "urlencode": Filter(
        _on_text(lambda text: quote(text.encode("utf-8", "replace"), safe="")),
        "As part of a link.", "https://x.example/?q={{x|urlencode}}", "a & b", "https://x.example/?q=a%20%26%20b",
    ),
    "json": Filter(_json, "As JSON.", "{{x|json}}", ["red", 5], '["red", 5]'),
}  # fmt: skip
