"""`operators.md`: the comparisons of conditions and segments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from instantchat.engine.operators import OPERATORS
from instantchat.engine.regex import TEXT_LIMIT
from instantchat.engine.rules import SIGNS

from .blocks import Wanted

# What each means, and a left and a right side for which it holds.
MEANINGS: dict[str, tuple[str, Any, Any]] = {
    "equals": ("The same text, number or list.", "Ana", "ana"),
    "not_equals": ("Not the same.", "Ana", "Eva"),
    "contains": ("The text has the other in it; a list has it as an item.", ["VIP", "lead"], "vip"),
    "not_contains": ("It has not.", ["lead"], "vip"),
    "starts_with": ("The text begins with the other, which is not empty.", "Price list", "price"),
    "ends_with": ("The text ends with the other, which is not empty.", "Price list", "list"),
    "matches": ("A regular expression is found in the text.", "order 17", "order #?\\d+"),
    "gt": ("Greater, or later.", "10", 9),
    "gte": ("Greater or the same.", 10, 10),
    "lt": ("Less, or earlier.", "2026-03-01", "2026-04-01"),
    "lte": ("Less or the same.", 9.5, 10),
    "exists": ("There is a value that is not empty.", "Lugo", None),
    "not_exists": ("There is none, or an empty one.", "", None),
    "in": ("One of a list, or of words with commas between them.", "blue", "red,blue"),
}
INTRO = """\
# Operators

The comparisons (`op`) of a [condition](nodes.md#condition-conditionnode) and of the segment of a
[schedule](triggers.md#schedule-schedule). A rule is `{field, op, value}`: `field` is a [path](filters.md#paths) such as
`contact.tags`; `value` may hold templates."""
NOTES = f"""\
- Text is compared without regard to case, and to how accents are encoded.
- What reads as a number on both sides is compared as a number: `10` is greater than `9`. Greater and less also compare
  dates and moments such as `2026-03-01`.
- A comparison that makes no sense, such as `abc` greater than 3, does not hold; it is no error.
- A missing value equals the empty text.
- Patterns are regular expressions without look-around and back-references. They ignore case, and look at the first
  {TEXT_LIMIT:,} characters."""


def write(_: Wanted) -> Iterator[str]:
    """A row for each operator."""
    yield from (INTRO, "")
    yield from ("| operator | reads as | holds when | such as |", "|---|---|---|---|")
    for name in OPERATORS:
        meaning, left, right = MEANINGS[name]
        example = " ".join([_json(left), SIGNS[name], "" if right is None else _json(right)]).strip()
        yield f"| `{name}` | {SIGNS[name]} | {meaning} | `{example}` |"
    yield from ("", NOTES)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
