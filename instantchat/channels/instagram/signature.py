"""Who signed a webhook: HMAC-SHA256 of the raw body, header `X-Hub-Signature-256: sha256=<hex>`.

Instagram-Login deliveries are signed with the Instagram app secret, Facebook-Login ones with the Meta app's; the docs
only say "app secret" (chatwoot#14280), so every configured secret is a candidate.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from instantchat.kit.crypto import Secret

HEADER = "X-Hub-Signature-256"
_PREFIX = "sha256="


def verify(body: bytes, header: str | None, secrets: Mapping[str, Secret]) -> str | None:
    """The name of the secret that signed `body`, or None. Every secret is tried, each compared in constant time."""
    if not header or not header.startswith(_PREFIX):
        return None
    given = header[len(_PREFIX) :].strip().lower().encode("utf-8", "replace")
    matched: str | None = None
    for name, secret in secrets.items():
        if not secret:
            continue
        expected = hmac.digest(secret.reveal().encode(), body, hashlib.sha256).hex().encode()
        if hmac.compare_digest(expected, given) and matched is None:
            matched = name
    return matched


def sign(body: bytes, secret: Secret) -> str:
    """The header value Meta would send for `body`."""
    return _PREFIX + hmac.digest(secret.reveal().encode(), body, hashlib.sha256).hex()
