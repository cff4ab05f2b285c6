"""The operators of conditions. Text ignores case; numbers compare as numbers, ISO dates as dates.

A comparison that makes no sense (`"abc" > 3`) is false, never an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from .filters import format_value
from .regex import PatternError, compile_pattern
from .scope import MISSING
from .text import fold


def compare(op: str, left: Any, right: Any) -> bool:
    """Whether `left op right` holds. `left` may be MISSING. Raises KeyError for an unknown operator."""
    return OPERATORS[op](left, right)


def _equals(left: Any, right: Any) -> bool:
    if isinstance(left, list | tuple):
        return isinstance(right, list | tuple) and [_text(item) for item in left] == [_text(item) for item in right]
    first, second = _number(left), _number(right)
    if first is not None and second is not None:
        return first == second
    return _text(left) == _text(right)


def _contains(left: Any, right: Any) -> bool:
    wanted = _text(right)
    if isinstance(left, list | tuple):
        return any(_text(item) == wanted for item in left)
    return wanted != "" and wanted in _text(left)


def _is_in(left: Any, right: Any) -> bool:
    options = right if isinstance(right, list | tuple) else format_value(right).split(",")
    lefts = left if isinstance(left, list | tuple) else [left]
    return any(_exists(item) and _equals(item, option) for item in lefts for option in options)


def _matches(left: Any, right: Any) -> bool:
    try:
        return compile_pattern(format_value(right)).search("" if left is MISSING else format_value(left))
    except PatternError:
        return False


def _exists(left: Any, _: Any = None) -> bool:
    return left is not MISSING and left is not None and left != "" and left != [] and left != ()


def _ordered(holds: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def compare_order(left: Any, right: Any) -> bool:
        for read in (_number, _moment):
            first, second = read(left), read(right)
            if first is not None and second is not None:
                return holds(first, second)
        return False

    return compare_order


def _text(value: Any) -> str:
    return "" if value is MISSING else fold(format_value(value))


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _moment(value: Any) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": _equals,
    "not_equals": lambda left, right: not _equals(left, right),
    "contains": _contains,
    "not_contains": lambda left, right: not _contains(left, right),
    "starts_with": lambda left, right: _text(right) != "" and _text(left).startswith(_text(right)),
    "ends_with": lambda left, right: _text(right) != "" and _text(left).endswith(_text(right)),
    "matches": _matches,
    "gt": _ordered(lambda left, right: left > right),
    "gte": _ordered(lambda left, right: left >= right),
    "lt": _ordered(lambda left, right: left < right),
    "lte": _ordered(lambda left, right: left <= right),
    "exists": _exists,
    "not_exists": lambda left, _: not _exists(left),
    "in": _is_in,
}
