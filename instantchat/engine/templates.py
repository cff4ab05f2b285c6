"""Templates: `{{path|filter|fallback}}` in text, nothing else: no code, no calls, no loops.

`{{contact.first_name|there}}` falls back to "there"; a part after `|` that names a filter (`FILTERS`) is one, in
quotes it is always a fallback. A missing value is the empty string and a warning. Output is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .filters import FILTERS, format_value
from .scope import MISSING, Path, Scope

OUTPUT_LIMIT = 20_000
_SLOT = re.compile(r"\{\{([^{}]{1,300})\}\}")
_PATH = re.compile(r"[^\W\d][\w-]*(?:\.[\w-]+|\[\d{1,6}\])*")
_SEGMENT = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Slot:
    """One `{{...}}`: what it reads, the filters in order, the fallback."""

    name: str
    path: Path
    filters: tuple[tuple[str, str], ...] = ()
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """Literal texts and slots in order; `broken` are the slots that could not be read and stay as written."""

    parts: tuple[str | Slot, ...]
    broken: tuple[str, ...] = ()

    def slots(self) -> Iterator[Slot]:
        """Its slots in order."""
        return (part for part in self.parts if isinstance(part, Slot))


def render(source: str, scope: Scope, warnings: list[str], escape: Callable[[str], str] | None = None) -> str:
    """The text with its slots filled from `scope`, at most 20,000 characters; adds a sentence to `warnings` per gap.

    `escape` is applied to each value that follows some literal text (so a whole URL from a variable stays one).
    """
    if "{{" not in source:
        return source if len(source) <= OUTPUT_LIMIT else _cut(source, warnings)
    pieces: list[str] = []
    length = 0
    for part in parse_template(source).parts:
        piece = part if isinstance(part, str) else _fill(part, scope, warnings)
        if escape is not None and not isinstance(part, str) and pieces:
            piece = escape(piece)
        pieces.append(piece)
        length += len(piece)
        if length > OUTPUT_LIMIT:
            return _cut("".join(pieces), warnings)
    return "".join(pieces)


def evaluate(value: Any, scope: Scope, warnings: list[str]) -> Any:
    """A JSON value with its templates filled. A string that is one bare slot keeps the type of what it reads."""
    if isinstance(value, str):
        parts = parse_template(value).parts if "{{" in value else ()
        if len(parts) == 1 and isinstance(parts[0], Slot) and not parts[0].filters:
            found = scope.lookup(parts[0].path)
            if isinstance(found, int | float | list | dict):
                return found
        return render(value, scope, warnings)
    if isinstance(value, list):
        return [evaluate(item, scope, warnings) for item in value]
    if isinstance(value, dict):
        return {key: evaluate(item, scope, warnings) for key, item in value.items()}
    return value


@lru_cache(maxsize=4096)
def parse_template(source: str) -> Template:
    """Parse once; the result is immutable and remembered."""
    parts: list[str | Slot] = []
    broken: list[str] = []
    position = 0
    for found in _SLOT.finditer(source):
        slot = _parse_slot(found.group(1))
        if slot is None:
            broken.append(found.group(0))
            continue
        if found.start() > position:
            parts.append(source[position : found.start()])
        parts.append(slot)
        position = found.end()
    if position < len(source):
        parts.append(source[position:])
    return Template(tuple(parts), tuple(broken))


def parse_path(text: str) -> Path | None:
    """`response.body.items[0].price` as segments, or None when it is no path; braces around it are forgiven."""
    text = text.strip()
    if text.startswith("{{") and text.endswith("}}"):
        text = text[2:-2].strip()
    return tuple(_SEGMENT.findall(text)) if len(text) <= 300 and _PATH.fullmatch(text) else None


def _parse_slot(inner: str) -> Slot | None:
    name, *rest = (piece.strip() for piece in inner.split("|"))
    path = parse_path(name)
    if path is None or name.startswith("{"):
        return None
    filters: list[tuple[str, str]] = []
    fallback: str | None = None
    for piece in rest:
        word, _, argument = piece.partition(":")
        if word.strip() in FILTERS:
            filters.append((word.strip(), argument.strip()))
        else:
            is_quoted = len(piece) > 1 and piece[0] == piece[-1] and piece[0] in "\"'"
            fallback = piece[1:-1] if is_quoted else piece
    return Slot(name, path, tuple(filters), fallback)


def _fill(slot: Slot, scope: Scope, warnings: list[str]) -> str:
    value = scope.lookup(slot.path)
    if value is MISSING or value is None or value == "":
        if slot.fallback is None:
            warnings.append(f"{{{{{slot.name}}}}} has no value")
        return slot.fallback or ""
    for name, argument in slot.filters:
        value = FILTERS[name].apply(value, argument)
    return value if isinstance(value, str) else format_value(value)


def _cut(text: str, warnings: list[str]) -> str:
    warnings.append(f"the text was cut at {OUTPUT_LIMIT:,} characters")
    return text[:OUTPUT_LIMIT]
