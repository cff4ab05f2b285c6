"""Access tokens (PyJWT, HS256, 15 minutes), refresh tokens and browser cookies of a session.

An access token names its session, and the session's row is looked up on every use: signing out ends it at once.
Refresh tokens and cookies are random; only their fingerprints are stored.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Protocol

import jwt

from instantchat.errors import Unauthenticated
from instantchat.kit.clock import Clock, from_epoch
from instantchat.kit.crypto import Secret, hmac_hex
from instantchat.kit.ids import new_token
from instantchat.store.records import Session

ACCESS_LIFETIME = dt.timedelta(minutes=15)
SESSION_LIFETIME = dt.timedelta(days=30)
COOKIE = "instantchat_session"
_ISSUER = "instantchat"


class CookieJar(Protocol):
    """The part of a response that carries cookies."""

    def set_cookie(
        self,
        key: str,
        value: str = "",
        max_age: int | None = None,
        *,
        path: str | None = "/",
        secure: bool = False,
        httponly: bool = False,
        samesite: Literal["lax", "strict", "none"] | None = "lax",
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid access token says."""

    user_id: str
    session_id: str
    expires_at: dt.datetime


class AccessTokens:
    """Issues and reads access tokens with a key of their own, derived from the signing key."""

    def __init__(self, signing_key: Secret, clock: Clock) -> None:
        self._key = hmac_hex(signing_key.reveal(), b"instantchat access token")
        self._clock = clock

    def issue(self, session: Session) -> str:
        """A signed token for 15 minutes."""
        now = self._clock.now()
        claims = {"iss": _ISSUER, "sub": session.user_id, "sid": session.id, "iat": now, "exp": now + ACCESS_LIFETIME}
        return jwt.encode(claims, self._key, algorithm="HS256")

    def read(self, token: str) -> Claims:
        """The claims; raises `Unauthenticated` with `token_invalid` or `token_expired`."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                issuer=_ISSUER,
                options={"require": ["sub", "sid", "exp"], "verify_exp": False, "verify_iat": False},
            )
            read = Claims(str(claims["sub"]), str(claims["sid"]), from_epoch(claims["exp"]))
        except (jwt.PyJWTError, ValueError, TypeError):
            raise invalid_token() from None
        if read.expires_at <= self._clock.now():  # our clock, not the library's
            raise expired_token()
        return read


def invalid_token() -> Unauthenticated:
    """Not a token of ours, or of a session that was ended."""
    return Unauthenticated("token_invalid", "You are not signed in, or your session was ended. Sign in again.")


def expired_token() -> Unauthenticated:
    """A token of ours whose time is over."""
    return Unauthenticated("token_expired", "Your session has expired. Refresh the token or sign in again.")


def new_refresh_token(session_id: str) -> str:
    """`<session id>.<secret>`: the session is found without a search, the secret compared by fingerprint."""
    return f"{session_id}.{new_token()}"


def session_of_refresh(token: str) -> str:
    """The session a refresh token belongs to; raises `Unauthenticated` for another form."""
    session_id, dot, secret = token.partition(".")
    if not (session_id and dot and secret):
        raise invalid_token()
    return session_id


def give_cookie(response: CookieJar, value: str, *, secure: bool) -> None:
    """Sign a browser in. Lax, not Strict: Strict is not sent on the way back from Instagram's authorize page."""
    age = int(SESSION_LIFETIME.total_seconds())
    response.set_cookie(COOKIE, value, max_age=age, path="/", secure=secure, httponly=True, samesite="lax")


def drop_cookie(response: CookieJar, *, secure: bool) -> None:
    """Sign a browser out."""
    response.set_cookie(COOKIE, "", max_age=0, path="/", secure=secure, httponly=True, samesite="lax")
