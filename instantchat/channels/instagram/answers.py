"""What Graph calls answer, as plain data. Both token and `/me` envelopes are read (`instagram-api.md` 1.3, 1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from instantchat.channels.instagram.errors import MetaUnreachable, Refusal
from instantchat.channels.instagram.payloads import ident, mapping, text_of
from instantchat.kit.crypto import Secret


@dataclass(frozen=True, slots=True)
class ShortToken:
    """The code exchange's token, good for an hour. `user_id` may be of either kind: always ask `me`."""

    token: Secret
    user_id: str | None
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class LongToken:
    """A token good for `expires_in` seconds (60 days)."""

    token: Secret
    expires_in: int


@dataclass(frozen=True, slots=True)
class Identity:
    """The account behind a token. Webhooks name it by `ig_user_id`; deauthorize callbacks by `app_scoped_id`."""

    ig_user_id: str
    app_scoped_id: str
    username: str
    name: str
    account_type: str
    picture_url: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person shares with the account; None where they share nothing."""

    igsid: str
    name: str | None
    username: str | None
    picture_url: str | None
    follower_count: int | None
    is_follower: bool | None


@dataclass(frozen=True, slots=True)
class NoProfile:
    """An ordinary answer: no consent yet (230), an anonymous person (9010), blocked. The contact exists anyway."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a limit is used, in percent, and the seconds until calls are possible again, if Meta said so."""

    percent: float
    regain_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Sent:
    """Meta took it. `mid` is what the echo will carry; None for sender actions."""

    mid: str | None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Meta refused and will refuse again: do not retry."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Unsent:
    """Provably not sent: trying again is safe. `retry_after` in seconds, when Meta named one."""

    reason: str
    refusal: Refusal | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have gone out: never retry blindly; an echo may settle it."""

    reason: str
    refusal: Refusal | None = None


SendOutcome = Sent | Rejected | Unsent | Unknown


def short_token(body: bytes) -> ShortToken:
    """E1 or E2: flat or `data[0]`, permissions as csv or array, id as text or number."""
    found = unwrapped(body)
    given = found.get("permissions")
    names = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else []
    permissions = frozenset(str(name).strip() for name in names if str(name).strip())
    return ShortToken(_token(found), ident(found.get("user_id")), permissions)


def long_token(body: bytes) -> LongToken:
    """E4."""
    found = unwrapped(body)
    seconds = found.get("expires_in")
    return LongToken(_token(found), int(seconds) if isinstance(seconds, int | float | str) else 60 * 86400)


def identity(body: bytes) -> Identity:
    """`/me`, flat or in `data[0]`."""
    found = unwrapped(body)
    app_scoped, user_id = ident(found.get("id")), ident(found.get("user_id"))
    if user_id is None:
        raise MetaUnreachable("/me answered without user_id")
    username = text_of(found.get("username")) or ""
    return Identity(
        ig_user_id=user_id,
        app_scoped_id=app_scoped or user_id,
        username=username,
        name=text_of(found.get("name")) or username,
        account_type=text_of(found.get("account_type")) or "",
        picture_url=text_of(found.get("profile_picture_url")),
    )


def profile(igsid: str, body: bytes) -> Profile:
    """E9."""
    found = unwrapped(body)
    followers, follows = found.get("follower_count"), found.get("is_user_follow_business")
    return Profile(
        igsid=igsid,
        name=text_of(found.get("name")),
        username=text_of(found.get("username")),
        picture_url=text_of(found.get("profile_pic")),
        follower_count=followers if isinstance(followers, int) else None,
        is_follower=follows if isinstance(follows, bool) else None,
    )


def fields(body: bytes) -> frozenset[str]:
    """Of `{data: [{id, subscribed_fields: [..]}]}`; nothing subscribed is an empty list."""
    found = unwrapped(body).get("subscribed_fields")
    return frozenset(each for each in found if isinstance(each, str)) if isinstance(found, list) else frozenset()


def unwrapped(body: bytes) -> dict[str, Any]:
    """The object of an answer, out of `{data: [..]}` if it is in one; raises `MetaUnreachable` for no object."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MetaUnreachable("the answer is not JSON") from error
    data = mapping(found).get("data")
    if isinstance(data, list) and data:
        found = data[0]
    if not isinstance(found, dict):
        raise MetaUnreachable("the answer is not an object")
    return found


def _token(found: dict[str, Any]) -> Secret:
    value = text_of(found.get("access_token"))
    if not value:
        raise MetaUnreachable("the answer has no access_token")
    return Secret(value)
