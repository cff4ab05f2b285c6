"""Reading bodies within limits. JSON is checked here once for what Python's parser and databases disagree about."""

from __future__ import annotations

import asyncio
import re

import orjson
from starlette.types import Message, Receive, Scope

from instantchat.api.address import header
from instantchat.errors import BadRequest, TooLarge

_DRAIN_BYTES = 16 * 1024 * 1024
_DRAIN_SECONDS = 5.0
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


async def limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    """A `receive` that gives at most `limit` bytes of body.

    A JSON body is read here and now. Raises `TooLarge` (`too_large`) and `BadRequest` (`not_json`); for other bodies
    the returned `receive` raises `TooLarge`.
    """
    stated = header(scope, b"content-length")
    if stated and not (stated.isascii() and stated.isdigit() and len(stated) < 19):
        raise BadRequest("bad_request", "Content-Length is not a number.")
    if stated and int(stated) > limit:
        await _drain(receive)
        raise _too_large(limit)
    if not stated and not header(scope, b"transfer-encoding") and scope.get("http_version", "1.1") != "2":
        return receive
    counted = _counting(receive, limit)
    if not _is_json(header(scope, b"content-type")):
        return counted
    body = await _read(counted)
    if body:
        check_json(body)
    return _replay(body, receive)


def check_json(body: bytes) -> None:
    """Raises `BadRequest` (`not_json`) for what RFC 8259 does not allow (NaN, half of a surrogate pair), and for the
    character U+0000, which PostgreSQL cannot store."""
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest("not_json", f"The body is not JSON: {error}.") from None
    if _NUL.search(body):
        raise BadRequest("not_json", "The body has a character \\u0000 in it, which cannot be stored.")


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _counting(receive: Receive, limit: int) -> Receive:
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            await _drain(receive)
            raise _too_large(limit)
        return message

    return counted


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest("bad_request", "The connection was closed before the body was complete.")
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _drain(receive: Receive) -> None:
    """Let a client finish sending what is refused, within limits: most read the answer only then."""
    left = _DRAIN_BYTES
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
    except TimeoutError:
        return


def _too_large(limit: int) -> TooLarge:
    size = f"{limit // 1024**2} MiB" if limit >= 1024**2 else f"{limit // 1024} KiB"
    return TooLarge("too_large", f"The body is larger than the {size} allowed here.")
