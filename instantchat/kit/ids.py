"""Identifiers: `prefix_` + 26 characters, sortable by the moment they were made (ULID, Crockford base 32)."""

from __future__ import annotations

import datetime as dt
import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_last: tuple[int, int] = (0, 0)


def _encode(value: int, length: int) -> str:
    letters = []
    for _ in range(length):
        letters.append(_ALPHABET[value & 31])
        value >>= 5
    return "".join(reversed(letters))


def new_id(prefix: str) -> str:
    """A new id such as `msg_01JC...`; within one process later ids always sort after earlier ones."""
    global _last
    moment = int(dt.datetime.now(dt.UTC).timestamp() * 1000)
    if moment <= _last[0]:
        moment, tail = _last[0], _last[1] + 1
    else:
        tail = secrets.randbits(79)
    _last = (moment, tail)
    return f"{prefix}_{_encode(moment, 10)}{_encode(tail, 16)}"


def new_token(nbytes: int = 32) -> str:
    """An unguessable URL-safe secret of `nbytes` random bytes."""
    return secrets.token_urlsafe(nbytes)
