"""The echo of each message that the sink got, as Meta delivers it: signed, one each, again until it is answered 200."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time

PATH = "/api/webhook/instagram"
CONNECTIONS = 8
BOUND = 100_000


class Echoes:
    """`tell` is called for each message; `accepted` counts the answers of 200."""

    def __init__(self, port: int, secret: str) -> None:
        self.accepted = 0
        self._port, self._secret = port, secret.encode()
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(BOUND)
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, account: str, recipient: str, mid: str, text: str) -> None:
        """The account sent this to that person."""
        if not self._tasks:
            self._tasks = {asyncio.create_task(self._deliver()) for _ in range(CONNECTIONS)}
        now = int(time.time() * 1000)
        sides = {"sender": {"id": account}, "recipient": {"id": recipient}}
        item = {**sides, "timestamp": now, "message": {"mid": mid, "text": text, "is_echo": True}}
        entry = {"time": now, "id": account, "messaging": [item]}
        self._waiting.put_nowait(json.dumps({"object": "instagram", "entry": [entry]}).encode())

    async def _deliver(self) -> None:
        """Over one keep-alive connection at a time."""
        body: bytes | None = None
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                while True:
                    body = body or await self._waiting.get()
                    writer.write(self._request(body))
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
                    await reader.readexactly(int(length or 0))
                    if head.split(b" ", 2)[1] == b"200":
                        self.accepted += 1
                        body = None
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.1)  # the server is starting, or gone

    def _request(self, body: bytes) -> bytes:
        signature = hmac.digest(self._secret, body, hashlib.sha256).hex()
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body
