"""The fixed set of template filters: each takes a value and the text after `:` and never fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

VALUE_LIMIT = 20_000


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


def _on_text(change: Callable[[str], str]) -> Callable[[Any, str], Any]:
    return lambda value, _: change(format_value(value))


FILTERS: dict[str, Callable[[Any, str], Any]] = {
    "upper": _on_text(str.upper),
    "lower": _on_text(str.lower),
    "capitalize": _on_text(lambda text: text[:1].upper() + text[1:]),
    "title": _on_text(str.title),
    "trim": _on_text(str.strip),
    "urlencode": _on_text(lambda text: quote(text.encode("utf-8", "replace"), safe="")),
    "json": _json,
    "length": lambda value, _: len(value) if isinstance(value, str | list | dict | tuple) else 0,
    "first": _item(0),
    "last": _item(-1),
    "round": _round,
    "truncate": _truncate,
}
