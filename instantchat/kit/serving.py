"""What an embedded server's process waits for: that its port accepts connections, and that it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator

_LISTENING_SECONDS = 30


@contextlib.asynccontextmanager
async def stop_signal() -> AsyncIterator[asyncio.Future[None]]:
    """A future that is done once the process is asked to stop (SIGINT, SIGTERM)."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[None] = loop.create_future()

    def stop() -> None:
        if not stopped.done():
            stopped.set_result(None)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield stopped
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def listening(host: str, port: int, serving: asyncio.Task[None]) -> None:
    """Return once the port accepts connections; raises what `serving` raised when it ended instead."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    async with asyncio.timeout(_LISTENING_SECONDS):
        while True:
            if serving.done():
                serving.result()
                raise RuntimeError("the server ended before it was told to")
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(reachable, port)
                writer.close()
                return
            await asyncio.sleep(0.02)  # the server has no event for "listening"
