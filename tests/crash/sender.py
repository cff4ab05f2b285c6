"""Meta as a sender: it repeats whatever was not answered 200, and knows what is unanswered at any moment."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable

ANSWER_SECONDS = 10.0


class Sender:
    """Delivers texts, one webhook each, over `connections` keep-alive connections."""

    def __init__(self, port: int, secret: str, ig_user_id: str, on_change: Callable[[], None]) -> None:
        self._port = port
        self._secret = secret
        self._ig_user_id = ig_user_id
        self._on_change = on_change
        self.server_is_up = asyncio.Event()
        self.unanswered = 0
        self.accepted = 0
        self.repeated = 0

    async def deliver_all(self, messages: list[tuple[int, str]], connections: int) -> None:
        """(IGSID, text) of each; returns when every one was answered 200."""
        waiting = deque(enumerate(messages))
        await asyncio.gather(*(self._drive(waiting) for _ in range(connections)))

    async def _drive(self, waiting: deque[tuple[int, tuple[int, str]]]) -> None:
        while waiting:
            number, (igsid, text) = waiting.popleft()
            while not await self._deliver(number, igsid, text):
                self.repeated += 1
                await self.server_is_up.wait()

    async def _deliver(self, number: int, igsid: int, text: str) -> bool:
        await self.server_is_up.wait()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            await asyncio.sleep(0)
            return False
        writer.write(self._request(number, igsid, text))
        self.unanswered += 1
        self._on_change()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            return False
        finally:
            self.unanswered -= 1
            writer.close()
        is_accepted = head.split(b" ", 2)[1] == b"200"
        self.accepted += is_accepted
        return is_accepted

    def _request(self, number: int, igsid: int, text: str) -> bytes:
        item = {
            "sender": {"id": str(igsid)},
            "recipient": {"id": self._ig_user_id},
            "timestamp": int(time.time() * 1000),
            "message": {"mid": f"mid-in-{number}", "text": text},
        }
        entry = {"id": self._ig_user_id, "time": item["timestamp"], "messaging": [item]}
        body = json.dumps({"object": "instagram", "entry": [entry]}).encode()
        signature = hmac.digest(self._secret.encode(), body, hashlib.sha256).hex()
        head = (
            f"POST /webhook/instagram HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + body
