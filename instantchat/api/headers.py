"""Headers of every answer: security, and CORS for the origins that were allowed by name."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response
from starlette.types import Message, Scope

from instantchat.api.address import header

Pairs = list[tuple[bytes, bytes]]

_ALWAYS: Pairs = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
_UNLESS_SET: Pairs = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_HSTS = (b"strict-transport-security", b"max-age=63072000")
_METHODS = b"GET, POST, PATCH, PUT, DELETE"
_READABLE = b"Retry-After, X-Request-Id"


class HeaderPolicy:
    """What is added to answers. `https` adds HSTS; `origins` may call from a browser, with credentials."""

    def __init__(self, origins: Sequence[str], *, https: bool) -> None:
        self._origins = frozenset(origins)
        self._always = [*_ALWAYS, _HSTS] if https else _ALWAYS

    def complete(self, scope: Scope, start: Message, request_id: str) -> None:
        """Add to an `http.response.start` what its route left out."""
        headers: Pairs = [(key.lower(), value) for key, value in start.get("headers", [])]
        present = {key for key, _ in headers}
        headers += [pair for pair in self._always if pair[0] not in present]
        headers += [pair for pair in _UNLESS_SET if pair[0] not in present]
        headers.append((b"x-request-id", request_id.encode()))
        headers += self._cors(header(scope, b"origin"))
        start["headers"] = headers

    def preflight(self, scope: Scope) -> Response | None:
        """The answer to a browser that asks whether it may call from another origin; None for anything else."""
        asked = header(scope, b"access-control-request-method")
        if scope["method"] != "OPTIONS" or not asked or not header(scope, b"origin"):
            return None
        response = Response(status_code=204)
        if header(scope, b"origin") in self._origins:
            response.raw_headers += [
                (b"access-control-allow-methods", _METHODS),
                (b"access-control-allow-headers", b"Authorization, Content-Type"),
                (b"access-control-max-age", b"600"),
            ]
        return response

    def _cors(self, origin: str) -> Pairs:
        if not self._origins:
            return []
        vary: Pairs = [(b"vary", b"Origin")]
        if origin not in self._origins:
            return vary
        return [
            *vary,
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", _READABLE),
        ]
