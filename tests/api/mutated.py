"""Webhook bodies that Meta never sent, made from those it does: parts dropped, doubled, swapped, turned into anything.

Each carries messages of its own that are left alone, and may carry mutated ones that still say clearly what they are.
What must have been stored in the end is read here by hand, without the product's parser.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.channels.instagram.payload_rows import CUSTOMER, IG, ROWS

Json = Any
AT_MS = 1_716_400_000_000
BASES = tuple(json.loads(body) for body, _ in ROWS.values())
JUNK: tuple[Json, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**63,
    -(10**40),
    10**400,
    1e308,
    "",
    "x",
    "0",
    "\x00",
    "a\x00b",
    "\ud83d",
    "👩‍👩‍👧‍👦",
    "’; DROP TABLE events;--",
    "{{contact.name}}",
    "y" * 5_000,
    [],
    {},
    [[]],
    [{}],
    {"id": {"id": {}}},
    AT_MS // 1000,
    str(AT_MS),
    "2026-01-01T00:00:00+0000",
    CUSTOMER,
    int(CUSTOMER),
    IG,
)


@dataclass(slots=True)
class Mutated:
    """A body, and the mids of the incoming messages it must have brought if it was accepted."""

    body: bytes
    mids: set[str] = field(default_factory=set)


class Mutator:
    """Makes bodies. Each of its mids occurs in one body only."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def make(self, seed: int) -> Mutated:
        """The body of a seed; what it is mutated to follows from the seed, its mids from how many there were."""
        rng = Random(seed)
        document = copy.deepcopy(rng.choice(BASES))
        self._rename(document)
        for _ in range(rng.choice((1, 1, 2, 3, 8))):
            _mutate(document, rng)
        if rng.random() < 0.1:
            document = _deep(document, rng.randrange(1, 400))
        if isinstance(document, dict) and rng.random() < 0.7:
            self._add_intact(document, rng)
        body = json.dumps(document, ensure_ascii=rng.random() < 0.9).encode("utf-8", "surrogatepass")
        if rng.random() < 0.05:
            return Mutated(_damaged(body, rng))
        return Mutated(body, _read(document))

    def crowd(self, count: int) -> Mutated:
        """One delivery with so many messages of many people, some twice."""
        items = [self._message(number) for number in range(count)]
        entries = [{"id": IG, "time": AT_MS, "messaging": items[start : start + 100]} for start in range(0, count, 100)]
        document = {"object": "instagram", "entry": [*entries, entries[0]]}
        return Mutated(json.dumps(document).encode(), _read(document))

    def _rename(self, node: Json) -> None:
        """Mids of its own for what is mutated."""
        for parent, key in list(_places(node)):
            if key == "mid":
                parent[key] = f"mutated-{next(self._numbers)}"

    def _message(self, number: int) -> Json:
        sides = {"sender": {"id": str(8_000_000_000 + number % 500)}, "recipient": {"id": IG}}
        return {**sides, "timestamp": AT_MS, "message": {"mid": f"intact-{next(self._numbers)}", "text": "hello"}}

    def _add_intact(self, document: dict[str, Json], rng: Random) -> None:
        message = self._message(rng.randrange(500))
        entry = {"id": IG, "time": AT_MS, "messaging": [message] * rng.choice((1, 1, 2))}
        entries = document.get("entry")
        document["entry"] = [*(entries if isinstance(entries, list) else []), entry]
        document["object"] = "instagram"


def _places(node: Json) -> Iterator[tuple[Any, Any]]:
    """Everything that can be changed: (container, key)."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _places(node[key])


def _mutate(document: Json, rng: Random) -> None:
    places = list(_places(document))
    if not places:
        return
    parent, key = rng.choice(places)
    match rng.randrange(6):
        case 0:
            del parent[key]
        case 1:
            parent[key] = [parent[key]]
        case 2:
            parent[key] = copy.deepcopy(parent[key]) if isinstance(parent, dict) else parent[key]
            other, there = rng.choice(places)
            if isinstance(other, dict):
                other[f"{there}"] = copy.deepcopy(parent[key])
        case 3 if isinstance(parent, list):
            parent.insert(key, copy.deepcopy(parent[key]))
        case 4 if isinstance(parent, dict) and isinstance(key, str):
            parent[rng.choice(("message", "postback", "id", "mid", key.upper(), "", "is_echo", "changes"))] = parent[
                key
            ]
        case _:
            parent[key] = copy.deepcopy(rng.choice(JUNK))


def _deep(document: Json, levels: int) -> Json:
    deep: Json = "bottom"
    for _ in range(levels):
        deep = {"in": deep} if levels % 2 else [deep]
    return {**document, "extra": deep} if isinstance(document, dict) else document


def _damaged(body: bytes, rng: Random) -> bytes:
    cut = rng.randrange(len(body))
    return rng.choice(
        (body[:cut], body[:cut] + b"\xff\xfe" + body[cut:], body + b"}", b"\xef\xbb\xbf" + body[:cut], b"")
    )


def _read(document: Json) -> set[str]:
    """The mids of what is beyond doubt an incoming message to our account, and is told of nowhere else in the body: it
    may have been unsent there."""
    clear = Counter(_clear_mids(document))
    everywhere = Counter(value for parent, key in _places(document) if isinstance(value := parent[key], str))
    return {mid for mid, count in clear.items() if everywhere[mid] == count}


def _clear_mids(document: Json) -> Iterator[str]:
    if not isinstance(document, dict) or document.get("object") != "instagram":
        return
    entries = document.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or entry.get("id") != IG or not isinstance(entry.get("messaging"), list):
            continue
        for item in entry["messaging"]:
            if _is_clear(item):
                yield item["message"]["mid"]


def _is_clear(item: Json) -> bool:
    if not isinstance(item, dict) or set(item) != {"sender", "recipient", "timestamp", "message"}:
        return False
    message, sender = item["message"], item["sender"]
    return (
        isinstance(sender, dict)
        and isinstance(sender.get("id"), str)
        and sender["id"].isascii()
        and sender["id"].isdigit()
        and sender["id"] not in (IG, "0")
        and item["recipient"] == {"id": IG}
        and isinstance(message, dict)
        and set(message) <= {"mid", "text"}
        and isinstance(message.get("mid"), str)
        and message["mid"].startswith(("intact-", "mutated-"))
        and isinstance(message.get("text", ""), str)
    )
