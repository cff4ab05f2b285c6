"""What JSON may look like inside a flow, whatever it means."""

from __future__ import annotations

import math
from typing import Any

from .payload import ID_LIMIT

DEPTH_LIMIT = 32
INTEGER_LIMIT = 10**18


def shape_problem(value: Any) -> str | None:
    """A sentence when the value is nested too deeply, or holds a number or text that no store or API would take."""
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if depth > DEPTH_LIMIT:
            return f"The data is nested more than {DEPTH_LIMIT} levels deep."
        if isinstance(item, dict):
            waiting.extend((each, depth + 1) for pair in item.items() for each in pair)
        elif isinstance(item, list):
            waiting.extend((each, depth + 1) for each in item)
        elif isinstance(item, str):
            if not is_unicode(item):
                return "A text holds half a character (a lone surrogate) or a NUL."
        elif isinstance(item, int | float) and not is_number(item) and not isinstance(item, bool):
            return "A number is infinite or too large."
    return None


def is_number(value: Any) -> bool:
    """A finite JSON number of a sane size."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= INTEGER_LIMIT if isinstance(value, int) else math.isfinite(value)


def is_unicode(text: str) -> bool:
    """No lone surrogates, and no NUL, which PostgreSQL refuses."""
    if text.isascii():
        return "\0" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def is_id(value: Any) -> bool:
    """A node or exit id: 1 to 100 printable characters."""
    return isinstance(value, str) and 0 < len(value) <= ID_LIMIT and value.isprintable()
