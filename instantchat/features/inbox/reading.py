"""Reading for the inbox page: lists to the length that was shown, and live events with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from instantchat.realtime.hub import Subscription
from instantchat.realtime.wire import Happening

T = TypeVar("T")
MOST = 300  # rows, and messages, a page holds: each change sends its whole list to the browser
_CHUNK = 100  # what the service gives at once


class Cut(Protocol[T]):
    """A page of a list, and the cursor of the next."""

    @property
    def data(self) -> list[T]: ...

    @property
    def next_cursor(self) -> str | None: ...


async def gather(page: Callable[[int, str | None], Awaitable[Cut[T]]], size: int, at_least: int) -> tuple[list[T], str]:
    """The first `size`, or as many pages as reach `at_least` (`MOST` at most); with the cursor of the next, or ""."""
    found: list[T] = []
    cursor: str | None = None
    while True:
        cut = await page(_CHUNK if at_least > size else size, cursor)
        found, cursor = [*found, *cut.data], cut.next_cursor
        if not cursor or len(found) >= min(at_least, MOST):
            return found, cursor or ""


async def next_batch(events: Subscription, until: float | None) -> list[Happening]:
    """What happens next; nothing when nothing has happened by `until`, a time of the running loop."""
    try:
        async with asyncio.timeout_at(until):
            return await events.batch()
    except TimeoutError:
        return []
