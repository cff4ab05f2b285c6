"""Ids that look like Meta's: digits of the right length, distinct per kind, and long opaque mids."""

from __future__ import annotations

import base64
import secrets
import string

_ALPHANUMERIC = string.ascii_letters + string.digits


def account_id() -> str:
    """A professional account's id: 17 digits, `17841...`, as webhooks name it."""
    return "17841" + _digits(12)


def app_scoped_id() -> str:
    """The other id of an account, which only this app sees."""
    return str(secrets.choice(range(2, 9))) + _digits(15)


def igsid() -> str:
    """An Instagram-scoped person id, 15 or 16 digits."""
    return str(secrets.choice(range(1, 9))) + _digits(secrets.choice((14, 15)))


def mid(user_id: str) -> str:
    """A message id: base64-like, `aWdf...`, about 150 characters, case-sensitive."""
    plain = f"ig_dm_item:1:IGMessageID:{user_id}:34028236684171{_digits(25)}:3{_digits(31)}"
    return base64.b64encode(plain.encode()).decode().replace("=", "ZD")


def media_id() -> str:
    """A post's id: 17 digits."""
    return "180" + _digits(14)


def comment_id() -> str:
    """A comment's id: 17 digits."""
    return "179" + _digits(14)


def access_token(prefix: str) -> str:
    """A token: `IGAA...` of Instagram Login, `EAA...` of Facebook's."""
    return prefix + "".join(secrets.choice(_ALPHANUMERIC) for _ in range(160))


def code() -> str:
    """An OAuth code."""
    return "AQ" + secrets.token_urlsafe(150)


def trace() -> str:
    """An fbtrace_id."""
    return "A" + secrets.token_urlsafe(16)


def _digits(count: int) -> str:
    return "".join(secrets.choice(string.digits) for _ in range(count))
