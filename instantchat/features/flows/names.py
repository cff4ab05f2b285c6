"""Names of flows: 1 to 80 characters, unique in a workspace whatever their case."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator

from instantchat.errors import FieldError, Invalid

NAME_LENGTH = 80


def clean_name(name: str | None) -> str:
    """The name with single spaces; raises `Invalid` for one that is empty, too long or cannot be shown."""
    text = tidy(name or "")
    if not text:
        raise _bad_name("required", "Give the flow a name.")
    if len(text) > NAME_LENGTH:
        raise _bad_name("too_long", f"A flow's name has at most {NAME_LENGTH} characters; this one has {len(text)}.")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise _bad_name("bad_character", "The name holds a character that cannot be shown. Type it again.")
    return text


def tidy(name: str) -> str:
    """Composed accents and single spaces, as names are stored."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def copies_of(name: str) -> Iterator[str]:
    """Names for a copy, best first: `Copy of X`, `Copy of X (2)`, ..."""
    return numbered(f"Copy of {name}")


def numbered(name: str) -> Iterator[str]:
    """`name`, `name (2)`, `name (3)`, ... cut to fit."""
    yield name[:NAME_LENGTH].rstrip()
    for number in itertools.count(2):
        tail = f" ({number})"
        yield f"{name[: NAME_LENGTH - len(tail)].rstrip()}{tail}"


def _bad_name(code: str, message: str) -> Invalid:
    return Invalid("flow_name_invalid", message, errors=[FieldError(code=code, field="name", message=message)])
