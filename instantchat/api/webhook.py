"""Meta's webhook: the handshake and the deliveries. The hottest path of the product, so plain ASGI: no framework
reads, validates or wraps anything here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

import structlog
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from instantchat.api.problems import problem_response
from instantchat.channels.instagram.webhook import answer_handshake
from instantchat.errors import AppError, BadRequest, TooLarge, Unavailable
from instantchat.kit.crypto import Secret
from instantchat.runtime.intake import Intake

PATHS = ("/api/webhook/instagram", "/webhook/instagram")
LIMIT = 8 * 1024 * 1024
READ_SECONDS = 20.0  # until the signature is checked, anybody's bytes are kept in memory
HELD_LIMIT = 256 * 1024 * 1024
_SIGNATURE = b"x-hub-signature-256"
_OK: list[Message] = [
    {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"2")],
    },
    {"type": "http.response.body", "body": b"OK"},
]

log = structlog.get_logger(__name__)


class WebhookApp:
    """An ASGI application for both paths.

    GET: 200 with the challenge as text/plain; 403 for a wrong verify token. POST: 200 once every event is stored; 401
    for a bad signature, 400 for what is not JSON, 413 over 8 MiB, 503 when overloaded or without a database. The gate
    answers other methods.
    """

    def __init__(self, intake: Intake, verify_token: Secret) -> None:
        self._intake = intake
        self._verify_token = verify_token
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] == "POST":
                async with asyncio.timeout(READ_SECONDS):
                    body = await self._read(scope, receive)
                await self._intake.receive(body, _header(scope, _SIGNATURE))
                for message in _OK:
                    await send(message)
                return
            response = self._handshake(scope)
        except _ClientGone:
            return
        except TimeoutError:
            response = problem_response(Unavailable("timeout", "The delivery took too long to arrive. Send it again."))
        except AppError as error:
            response = problem_response(error)
        await response(scope, receive, send)

    def _handshake(self, scope: Scope) -> Response:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        challenge = answer_handshake(query, self._verify_token)
        return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def _read(self, scope: Scope, receive: Callable[[], Awaitable[Message]]) -> bytes:
        """The raw body. Stops reading as soon as it is too large, by its stated length or by what came, or when all
        unfinished bodies together hold `HELD_LIMIT`: nobody has signed for them yet."""
        _refuse_length(_header(scope, b"content-length"))
        chunks: list[bytes] = []
        size = 0
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _ClientGone
                chunk: bytes = message.get("body", b"")
                if size + len(chunk) > LIMIT:
                    raise _too_large()
                if not message.get("more_body"):
                    return b"".join([*chunks, chunk]) if chunks else chunk
                chunks.append(chunk)
                size += len(chunk)
                self._held += len(chunk)
                if self._held > HELD_LIMIT:
                    raise Unavailable("overloaded", "Too many deliveries arrive at once. Send it again later.")
        finally:
            self._held -= size


class _ClientGone(Exception):
    """The sender hung up before its body was complete: there is nobody to answer."""


def _refuse_length(stated: str | None) -> None:
    if stated is None:
        return
    if not (stated.isascii() and stated.isdigit()):
        raise BadRequest("bad_content_length", "Content-Length is not a number.")
    if len(stated) > 18 or int(stated) > LIMIT:
        raise _too_large()


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None


def _too_large() -> TooLarge:
    return TooLarge("body_too_large", "A webhook delivery may have at most 8 MiB.")
