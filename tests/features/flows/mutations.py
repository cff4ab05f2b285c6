"""Values that fields should not have, by families of fields: the code each is refused with, or None where it is legal.

Legal are: any text in a text, however hostile it looks, for it is escaped where it is shown and templates run no code;
any JSON in an API call's body and in the value of a variable or contact field; control and direction marks in the id of
a question's choice, which is no exit and shown to nobody. Null is absent, everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]
TYPE, LIMIT, VALUE = "wrong_type", "over_limit", "unknown_value"

PLAIN = [
    "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "{{a|upper|{{b}}" + "{{" * 10 + "}}" * 10,
    "{{contact.__class__.__mro__}}${7*7}{% x %}",
]
MARKED = ["a\x07\x1b[31m", "\u202egpj.exe\u2066"]  # control characters, directions of writing
DEEP: Any = "x"
for _ in range(40):
    DEEP = [DEEP]
NOWHERE = [DEEP, 10**30]  # refused in any field: nested too deeply, too large a number
UNSTORABLE = ["a\0b", "\ud800", float("nan"), float("-inf")]  # refused before anything looks at fields
HUGE = "x" * 1_000_001  # more than a whole flow may have

REFUSED: dict[str, list[tuple[Any, str] | tuple[Any, str, str]]] = {  # the third: at which of its entries
    "text": [(5, TYPE), (True, TYPE), (["x"], TYPE), ({"x": 1}, TYPE)],
    "number": [("5", TYPE), (True, TYPE), ([1], TYPE), ({"x": 1}, TYPE), *((each, TYPE) for each in PLAIN)],
    "whole": [("5", TYPE), (True, TYPE), ([1], TYPE), ({"x": 1}, TYPE), (1.5, TYPE)],
    "select": [(each, VALUE) for each in ["", 5, True, ["x"], {"x": 1}, *PLAIN, *MARKED]],
    "switch": [("true", TYPE), (1, TYPE), (["x"], TYPE), ({"x": 1}, TYPE)],
    "list": [("x", TYPE), (5, TYPE), (True, TYPE), ({"x": 1}, TYPE), ([5], TYPE, "0"), ([["x"]], TYPE, "0")],
    "words": [("x", TYPE), (5, TYPE), (True, TYPE), ({"x": 1}, TYPE), ([5], TYPE, "0"), (["x" * 1001], LIMIT, "0")],
    "weekdays": [("x", TYPE), (5, TYPE), ({"x": 1}, TYPE), (["x"], VALUE, "0"), (["mon", 9], VALUE, "1")],
    "headers": [
        ("x", TYPE), (5, TYPE), (["x"], TYPE), ({"x": 1}, TYPE, "x"), ({"X": "1" * 4001}, LIMIT, "X"),
        ({"X" * 101: "1"}, LIMIT, "X" * 100), ({f"X-{each}": "1" for each in range(31)}, LIMIT),
    ],
    "group": [("x", TYPE), (5, TYPE), (True, TYPE), (["x"], TYPE)],
    "compared": [
        ({"x": 1}, TYPE), ([{"x": 1}], TYPE), ([["x"]], TYPE),
        ("x" * 2001, LIMIT), (["x"] * 101, LIMIT), (["x", "x" * 2001], LIMIT),
    ],
    "json": [],
}  # fmt: skip
LEGAL: dict[str, list[Any]] = {
    "text": PLAIN + MARKED,
    "number": [1, 1.5],
    "whole": [1],
    "switch": [False],
    "list": [[]],
    "words": [[], MARKED],
    "weekdays": [[], ["sun"]],
    "headers": [{}, {each: each for each in PLAIN + MARKED}],
    "compared": [5, 0.5, True, PLAIN + MARKED, *PLAIN],
    "json": [5, 0.5, True, [], {}, PLAIN + MARKED, {each: each for each in PLAIN}],
}


class Mutation(NamedTuple):
    """A value for the field at a path, and the code it is refused with at which field (`data`: all of the node's)."""

    path: str
    value: Any
    code: str | None
    field: str | None


def mutations(schema: Json, path: str) -> Iterator[Mutation]:
    """The mutations of a field, but for `UNSTORABLE` and `HUGE`. The path has a place for each list on its way."""
    family, limits = family_of(schema, path), schema["limits"]
    refused: list[tuple[Any, ...]] = [*REFUSED[family], *_beyond(schema, family)]
    for value in LEGAL.get(family, []):
        if family == "text" and len(value) > limits["maxLength"]:
            refused.append((value, LIMIT))
        elif schema["kind"] == "id" and value in MARKED and "answer.options" not in path:
            yield Mutation(path, value, "bad_value", None)
        else:
            yield Mutation(path, value, None, None)
    for value, code, *inside in refused:
        yield Mutation(path, value, code, ".".join([path, *inside]))
    yield from (Mutation(path, value, "bad_value", "data") for value in NOWHERE)


def family_of(schema: Json, path: str) -> str:
    """What the values of a field have in common with those of others."""
    kind, name = schema["kind"], schema["name"]
    if name == "value":
        return "compared" if path.count(".") else "json"
    if kind == "number":
        return "whole" if name in ("retries", "maxTokens") else "number"
    if kind in ("keywords", "weekdays", "headers", "select", "switch", "json"):
        return {"keywords": "words"}.get(kind, kind)
    if kind in ("group", "until"):
        return "group"
    return "list" if "maxItems" in schema["limits"] else "text"


def _beyond(schema: Json, family: str) -> Iterator[tuple[Any, str]]:
    """Values just beyond the field's limits."""
    limits = schema["limits"]
    if "maxLength" in limits:
        yield "x" * (limits["maxLength"] + 1), LIMIT
    if "maxItems" in limits and family in ("list", "words", "weekdays"):
        entry = {"list": {"type": "any_message"} if schema["kind"] == "triggers" else {}, "words": "x"}.get(
            family, "mon"
        )
        yield [entry] * (limits["maxItems"] + 1), LIMIT
    if family in ("number", "whole"):
        yield from ((limits[end] + step, LIMIT) for end, step in (("min", -1), ("max", 1)) if end in limits)
