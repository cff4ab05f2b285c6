"""Group commit: while one batch is committed, the next gathers. A commit costs the same for 1 item or 64."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from instantchat.errors import Unavailable

T = TypeVar("T")
R = TypeVar("R")
_Waiting = tuple[Sequence[T], "asyncio.Future[list[R]]"]


class Batcher(Generic[T, R]):
    """Hands items to `verb` in batches and each submitter its own answers (one per item, in order).

    At most `bound` items wait; what comes above that is refused with `Unavailable("overloaded")`. When a batch fails
    for another reason than `Unavailable`, its submissions are tried one by one, so that a bad one fails alone.
    """

    def __init__(
        self, verb: Callable[[list[T]], Awaitable[Sequence[R]]], *, max_batch: int = 64, bound: int = 5_000
    ) -> None:
        self._verb = verb
        self._max_batch = max_batch
        self._bound = bound
        self._waiting: deque[_Waiting[T, R]] = deque()
        self._count = 0
        self._draining: asyncio.Task[None] | None = None

    def submit(self, items: Sequence[T]) -> asyncio.Future[list[R]]:
        """The answers for `items`, once stored. Raises `Unavailable` at once when too much waits already."""
        if self._count + len(items) > self._bound and self._count:
            raise Unavailable("overloaded", "Too much is waiting to be stored. Try again in a moment.", retry_after=1)
        future: asyncio.Future[list[R]] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, future))
        self._count += len(items)
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        return future

    async def settled(self) -> None:
        """Return when nothing waits any more."""
        while self._draining is not None:
            await asyncio.wait({self._draining})

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._commit(self._next_batch())
        finally:
            self._draining = None

    def _next_batch(self) -> list[_Waiting[T, R]]:
        """At least one submission, then as many as fit."""
        batch = [self._waiting.popleft()]
        size = len(batch[0][0])
        while self._waiting and size + len(self._waiting[0][0]) <= self._max_batch:
            batch.append(self._waiting.popleft())
            size += len(batch[-1][0])
        self._count -= size
        return batch

    async def _commit(self, batch: list[_Waiting[T, R]]) -> None:
        try:
            answers = await self._verb([item for items, _ in batch for item in items])
        except BaseException as error:
            if len(batch) > 1 and isinstance(error, Exception) and not isinstance(error, Unavailable):
                for each in batch:
                    await self._commit([each])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(error if isinstance(error, Exception) else _stopping())
            if not isinstance(error, Exception):
                raise
            return
        start = 0
        for items, future in batch:
            if not future.done():
                future.set_result(list(answers[start : start + len(items)]))
            start += len(items)


def _stopping() -> Unavailable:
    return Unavailable("stopping", "The server is stopping. Try again in a moment.", retry_after=1)
