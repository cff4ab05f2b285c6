"""Codes and tokens: single use, one hour, sixty days, refresh not before 24 hours (`instagram-api.md` 1.3, 1.4)."""

from __future__ import annotations

import sqlite3

from instantchat.channels.simulator import ids
from instantchat.channels.simulator.refusals import GraphRefusal, OAuthRefusal, bad_token

HOUR = 3600.0
DAY = 24 * HOUR
LONG_LIFE = 60 * DAY
FOREVER = 1000 * 365 * DAY
_REVOKED = {
    458: "Error validating access token: The user has not authorized application.",
    459: "Error validating access token: The user is in a checkpoint.",
    460: "Error validating access token: The session has been invalidated because the user changed their password.",
}


def issue_code(connection: sqlite3.Connection, user_id: str, redirect_uri: str, scopes: str, now: float) -> str:
    """A code good for one exchange within an hour."""
    code = ids.code()
    row = (code, user_id, redirect_uri, scopes, now + HOUR)
    connection.execute("INSERT INTO codes VALUES (?, ?, ?, ?, ?)", row)
    return code


def redeem_code(connection: sqlite3.Connection, code: str, redirect_uri: str, now: float) -> tuple[str, str, str]:
    """(short token, user id, scopes as csv); a second use of a code is refused."""
    row = connection.execute(
        "DELETE FROM codes WHERE code = ? RETURNING user_id, redirect_uri, scopes, expires_at", (code,)
    ).fetchone()
    if row is None or row["expires_at"] < now:
        raise OAuthRefusal("Matching code was not found or was already used")
    if row["redirect_uri"] != redirect_uri:
        raise OAuthRefusal("Error validating verification code. Please make sure your redirect_uri is identical")
    return issue(connection, row["user_id"], now, HOUR, is_long=False), row["user_id"], row["scopes"]


def lengthen(connection: sqlite3.Connection, token: str, now: float) -> str:
    """A long-lived token for a valid short one."""
    user_id = owner(connection, token, now)
    return issue(connection, user_id, now, LONG_LIFE, is_long=True)


def refresh(connection: sqlite3.Connection, token: str, now: float) -> str:
    """A new long-lived token for a valid one of at least 24 hours; the old one stays good until it expires."""
    user_id = owner(connection, token, now)
    row = connection.execute("SELECT is_long, issued_at FROM tokens WHERE token = ?", (token,)).fetchone()
    if not row["is_long"] or now - row["issued_at"] < DAY:
        raise GraphRefusal(10, "The access token must be long-lived and at least 24 hours old to be refreshed")
    return issue(connection, user_id, now, LONG_LIFE, is_long=True)


def owner(connection: sqlite3.Connection, token: str, now: float, kind: str = "") -> str:
    """The user id behind a valid token of Instagram, or of Facebook's `kind` (`user`, `page`); raises the 190 that
    fits."""
    if not token:
        raise bad_token()
    row = connection.execute("SELECT * FROM tokens WHERE token = ?", (token,)).fetchone()
    if row is None or row["kind"] != kind:
        raise GraphRefusal(190, "Invalid OAuth access token - Cannot parse access token", kind="OAuthException")
    if row["is_revoked"]:
        subcode = max(row["is_revoked"], 458)
        raise bad_token(_REVOKED.get(subcode, "Error validating access token."), subcode)
    if row["expires_at"] < now:
        raise bad_token("Error validating access token: Session has expired.", 463)
    return str(row["user_id"])


def revoke(connection: sqlite3.Connection, user_id: str, subcode: int = 458) -> None:
    """The owner removes the app, or what else `subcode` means: every token is dead and the webhooks stop."""
    connection.execute("UPDATE tokens SET is_revoked = ? WHERE user_id = ?", (subcode, user_id))
    connection.execute("UPDATE accounts SET subscribed_fields = '' WHERE user_id = ?", (user_id,))


def expire(connection: sqlite3.Connection, user_id: str, now: float) -> None:
    """Every token of the account expires now; no date ends those of pages."""
    connection.execute("UPDATE tokens SET expires_at = ? WHERE user_id = ? AND kind <> 'page'", (now - 1, user_id))


def issue(
    connection: sqlite3.Connection, user_id: str, now: float, life: float, *, is_long: bool = False, kind: str = ""
) -> str:
    """A token good for `life` seconds: of Instagram, or of Facebook's `kind`."""
    token = ids.access_token("EAA" if kind else "IGAA")
    row = (token, user_id, is_long, now, now + life, kind)
    connection.execute(
        "INSERT INTO tokens (token, user_id, is_long, issued_at, expires_at, kind) VALUES (?, ?, ?, ?, ?, ?)", row
    )
    return token
