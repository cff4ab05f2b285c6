"""Addresses of profile pictures that die in days, as Instagram's do."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode

from instantchat.kit.crypto import Secret

LASTS = 4 * 24 * 3600.0


def query(either_id: str, now: float, key: Secret) -> str:
    """What is behind the `?` of an address for the next four days."""
    ends = f"{int(now + LASTS):x}"
    return urlencode({"oe": ends, "oh": _seal(either_id, ends, key)})


def is_live(either_id: str, ends: str, seal: str, now: float, key: Secret) -> bool:
    """Whether the address is one of ours and not over."""
    return hmac.compare_digest(_seal(either_id, ends, key), seal) and int(ends, 16) >= now


def _seal(either_id: str, ends: str, key: Secret) -> str:
    return hmac.digest(key.reveal().encode(), f"{either_id} {ends}".encode(), hashlib.sha256).hex()[:16]
