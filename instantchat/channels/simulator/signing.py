"""Who signs: an app has two secrets, and products see webhooks signed with either (`instagram-api.md` 2.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from instantchat.kit.crypto import Secret

_NOBODYS = Secret("a secret that belongs to no app")


@dataclass(frozen=True, slots=True)
class Secrets:
    """`instagram` signs the Instagram Login product's webhooks, `meta` those of the Facebook Login one."""

    instagram: Secret
    meta: Secret

    def of(self, signer: str) -> Secret:
        """`instagram`, `meta`, or a wrong one for any other name."""
        return {"instagram": self.instagram, "meta": self.meta}.get(signer, _NOBODYS)


def signed_request(claims: dict[str, Any], secret: Secret) -> str:
    """`base64url(HMAC-SHA256) + "." + base64url(JSON)`, both without padding (`instagram-api.md` 5)."""
    payload = _base64url(json.dumps({"algorithm": "HMAC-SHA256", **claims}, separators=(",", ":")).encode())
    digest = hmac.new(secret.reveal().encode(), payload.encode(), hashlib.sha256).digest()
    return f"{_base64url(digest)}.{payload}"


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
