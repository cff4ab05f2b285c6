"""What became of a send: decided by what the answer proves, not by how it feels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import aiohttp
import httpx
import orjson

from instantchat.channels.instagram.answers import Rejected, SendOutcome, Sent, Unknown, Unsent, Usage
from instantchat.channels.instagram.errors import RefusalKind, classify, is_refusal
from instantchat.channels.instagram.payloads import Json, ident, mapping


def outcome_of(
    status: int, body: bytes, headers: Mapping[str, str] | None = None, *, is_private_reply: bool = False
) -> SendOutcome:
    """An HTTP answer to a send.

    A refusal in Meta's own envelope proves that nothing went out, except code 1. An error status without the envelope,
    a proxy's page say, proves nothing: unknown. A private reply, the only one its comment allows, may be used up by any
    attempt that reached Meta (`instagram-api.md` 3.4): what would be tried again otherwise is unknown, save a dead
    token, with which Meta cannot even tell whose comment it is.
    """
    if 200 <= status < 300 and not is_refusal(body):
        return _accepted(body, usage_of(headers or {}))
    if status != 429 and not is_refusal(body):
        return Unknown(f"HTTP {status} without Meta's explanation")
    refusal = classify(status, body)
    if refusal.code == 1 or (status >= 500 and refusal.kind is RefusalKind.UNKNOWN):
        return Unknown(refusal.sentence, refusal)
    if is_private_reply and refusal.kind in _TRIED_AGAIN:
        return Unknown(refusal.sentence, refusal)
    if refusal.kind is RefusalKind.THROTTLE:
        return Unsent(refusal.sentence, refusal, _retry_after(headers or {}))
    if refusal.kind is RefusalKind.RETRY:
        return Unsent(refusal.sentence, refusal)
    return Rejected(refusal)


_TRIED_AGAIN = frozenset({RefusalKind.RETRY, RefusalKind.THROTTLE, RefusalKind.PAUSE, RefusalKind.OWNER})


# httpx-aiohttp 0.2 lets some of aiohttp's own errors through, such as that of an answer which is no HTTP.
NETWORK_ERRORS = (httpx.HTTPError, aiohttp.ClientError, OSError)


def outcome_of_failure(error: Exception) -> SendOutcome:
    """A send without an answer: unsent only if no connection was ever made.

    httpx-aiohttp 0.2 raises `ConnectTimeout` both for a refused connection and for one that died after the request
    went out; aiohttp's own error, kept as the cause, tells them apart.
    """
    if isinstance(error, httpx.ConnectError) or isinstance(error.__cause__, aiohttp.ClientConnectorError):
        return Unsent("Instagram could not be reached.")
    return Unknown(f"No answer from Instagram ({type(error).__name__}).")


def _accepted(body: bytes, usage: Usage | None) -> SendOutcome:
    try:
        found = mapping(orjson.loads(body))
    except orjson.JSONDecodeError:
        return Unknown("Instagram's answer is not JSON.")
    mid = ident(found.get("message_id")) or (None if "recipient_id" in found else ident(found.get("id")))
    if mid is None and "recipient_id" not in found and found.get("success") is not True:
        return Unknown("Instagram's answer names no message.")
    return Sent(mid, usage)


def usage_of(headers: Mapping[str, str]) -> Usage | None:
    """The fullest of the limits in `X-App-Usage` and `X-Business-Use-Case-Usage` (`instagram-api.md` 4.4)."""
    rows = list(_usage_rows(headers))
    if not rows:
        return None
    percent = max(_figure(row, name) for row in rows for name in ("call_count", "total_time", "total_cputime"))
    return Usage(percent, 60.0 * max(_figure(row, "estimated_time_to_regain_access") for row in rows))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from Retry-After or the usage headers' `estimated_time_to_regain_access` (minutes)."""
    usage, stated = usage_of(headers), headers.get("retry-after", "")
    waits = [float(stated)] if stated.isascii() and stated.isdigit() else []
    if usage is not None and usage.regain_seconds:
        waits.append(usage.regain_seconds)
    return max(waits, default=None)


def _usage_rows(headers: Mapping[str, str]) -> Iterator[Json]:
    for name in ("x-app-usage", "x-business-use-case-usage"):
        stated = headers.get(name)
        try:
            found = mapping(orjson.loads(stated)) if stated else {}
        except orjson.JSONDecodeError:
            continue
        if name == "x-app-usage" and found:
            yield found
        elif found:
            yield from (mapping(row) for rows in found.values() if isinstance(rows, list) for row in rows)


def _figure(row: Json, name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) and value > 0 else 0.0
