"""Identifiers: `prefix_` + 26 characters, sortable by the moment they were made (ULID, Crockford base 32)."""

from __future__ import annotations

import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_SHIFTS = range(120, -1, -10)  # 26 characters of 5 bits, two at a time
_TAIL = 80
_last = 0


def new_id(prefix: str) -> str:
    """A new id such as `msg_01JC...`; within one process later ids always sort after earlier ones."""
    global _last
    value = time.time_ns() // 1_000_000 << _TAIL
    if value <= _last:
        value = _last + 1
    else:
        value |= secrets.randbits(_TAIL - 1)
    _last = value
    return f"{prefix}_{''.join([_PAIRS[value >> shift & 1023] for shift in _SHIFTS])}"


def new_token(nbytes: int = 32) -> str:
    """An unguessable URL-safe secret of `nbytes` random bytes."""
    return secrets.token_urlsafe(nbytes)
