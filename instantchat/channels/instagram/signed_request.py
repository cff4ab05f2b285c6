"""What Meta signs when a person removes the app or asks for their data to be deleted: the form field `signed_request`.

`base64url(HMAC-SHA256 digest) + "." + base64url(JSON)`, both without padding; the digest is over the encoded second
part, the key an app secret (https://developers.facebook.com/docs/development/create-an-app/app-dashboard/
data-deletion-callback). Which secret is not documented for Instagram Login, so every configured one is a candidate.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from instantchat import errors
from instantchat.channels.instagram.payloads import ident
from instantchat.kit.clock import from_epoch
from instantchat.kit.crypto import Secret

ALGORITHM = "HMAC-SHA256"
LONGEST = 8_192
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """Whom it is about and when it was signed. `key` is the same for every repetition and tells nothing about the
    person; `signed_by` names the setting whose secret fits."""

    user_id: str
    issued_at: dt.datetime | None
    key: str
    signed_by: str


def read_signed_request(text: str, secrets: Mapping[str, Secret]) -> SignedRequest:
    """The request, once its signature is proven.

    Raises `BadRequest("signed_request_malformed")` for what has not this form, and `Unauthenticated("bad_signature")`
    for another algorithm or a digest that none of the secrets makes.
    """
    if len(text) > LONGEST:
        raise _malformed(f"it is longer than {LONGEST} characters")
    digest, dot, payload = text.partition(".")
    if not dot:
        raise _malformed("it has no dot between signature and payload")
    claims = _claims(payload)
    if str(claims.get("algorithm", "")).upper() != ALGORITHM:
        raise _unsigned(f"Only {ALGORITHM} is accepted as the algorithm of a signed_request.")
    signed_by = _signed_by(_decoded(digest), payload, secrets)
    if signed_by is None:
        raise _unsigned("The signature does not fit the payload and the app secret: check META_APP_SECRET.")
    user_id = ident(claims.get("user_id")) or ""
    if not (user_id.isascii() and user_id.isdigit() and len(user_id) <= _LONGEST_ID):
        raise _malformed("its payload names no user_id")
    key = hashlib.sha256(payload.rstrip("=").encode()).hexdigest()
    return SignedRequest(user_id, _moment(claims.get("issued_at")), key, signed_by)


def sign_request(claims: Mapping[str, Any], secret: Secret) -> str:
    """The field as Meta would send it."""
    payload = base64.urlsafe_b64encode(orjson.dumps(claims)).rstrip(b"=")
    digest = base64.urlsafe_b64encode(hmac.digest(secret.reveal().encode(), payload, hashlib.sha256)).rstrip(b"=")
    return f"{digest.decode()}.{payload.decode()}"


def _signed_by(given: bytes, payload: str, secrets: Mapping[str, Secret]) -> str | None:
    """Every secret is tried, each compared in constant time."""
    matched: str | None = None
    for name, secret in secrets.items():
        expected = hmac.digest(secret.reveal().encode(), payload.encode(), hashlib.sha256)
        if secret and hmac.compare_digest(expected, given) and matched is None:
            matched = name
    return matched


def _claims(payload: str) -> dict[str, Any]:
    try:
        claims = orjson.loads(_decoded(payload))
    except orjson.JSONDecodeError:
        raise _malformed("its payload is not JSON") from None
    if not isinstance(claims, dict):
        raise _malformed("its payload is not a JSON object")
    return claims


def _decoded(part: str) -> bytes:
    bare = part.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _malformed("a part of it is not base64url") from None


def _moment(value: Any) -> dt.datetime | None:
    try:
        return from_epoch(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None


def _malformed(reason: str) -> errors.BadRequest:
    return errors.BadRequest("signed_request_malformed", f"The signed_request cannot be read: {reason}.")


def _unsigned(sentence: str) -> errors.Unauthenticated:
    return errors.Unauthenticated("bad_signature", sentence)
