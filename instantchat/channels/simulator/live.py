"""What happens in the simulator, as a stream for its page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

_BOUND = 256
_BEAT = 15.0


class Live:
    """Fan-out with a bound per listener: one that falls behind is cut off, and re-reads when it reconnects."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[str | None]] = set()
        self._is_open = True

    def open(self) -> None:
        """Let pages listen again after `close`."""
        self._is_open = True

    def publish(self, kind: str, data: dict[str, Any]) -> None:
        """Tell every open page."""
        line = f"event: {kind}\ndata: {json.dumps(data)}\n\n"
        for queue in list(self._listeners):
            if queue.qsize() >= _BOUND:
                self._cut(queue)
            else:
                queue.put_nowait(line)

    async def listen(self) -> AsyncIterator[str]:
        """Server-sent events until the simulator stops or the listener is cut off; a comment every 15 s."""
        if not self._is_open:
            return
        queue: asyncio.Queue[str | None] = asyncio.Queue(_BOUND + 1)
        self._listeners.add(queue)
        try:
            yield "retry: 1000\nevent: hello\ndata: {}\n\n"
            while True:
                try:
                    async with asyncio.timeout(_BEAT):
                        line = await queue.get()
                except TimeoutError:
                    line = ": beat\n\n"
                if line is None:
                    return
                yield line
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End every stream, and those that would begin."""
        self._is_open = False
        for queue in list(self._listeners):
            self._cut(queue)

    def _cut(self, queue: asyncio.Queue[str | None]) -> None:
        self._listeners.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
