"""A connection to a database: its threads, its transactions, and what its errors mean.

SQLAlchemy's synchronous Core runs in threads: it costs a third of its asyncio form, and SQLite has no other. Each verb
is one function of a connection, run in one transaction.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from instantchat.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

WAITING = 10_000
SECONDS = 60.0
ATTEMPTS = 4


class Backend(Protocol):
    """What differs between the two databases around, not inside, a transaction."""

    dialect: str
    writers: int
    readers: int

    def open(self) -> None:
        """Connect; raises `StartRefused`. Runs in a thread."""
        ...

    def writing(self) -> Engine: ...

    def reading(self) -> Engine: ...

    def close(self) -> None: ...

    def is_unavailable(self, error: DBAPIError) -> bool:
        """Whether the database is away, locked, full or damaged, rather than the statement wrong."""
        ...

    def is_conflict(self, error: DBAPIError) -> bool:
        """Whether the same transaction may succeed when run again: a deadlock."""
        ...


class Database:
    """Runs functions of a connection in threads. `readers` 0 means that reads share the writers' threads."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.dialect = backend.dialect
        self._writers = ThreadPoolExecutor(backend.writers, "store-write")
        self._readers = ThreadPoolExecutor(backend.readers, "store-read") if backend.readers else self._writers
        self._waiting = 0
        self._closed = threading.Event()

    async def open(self, prepare: Callable[[Engine], None]) -> None:
        """Connect and `prepare` the schema."""

        def opened() -> None:
            self.backend.open()
            try:
                prepare(self.backend.writing())
            except BaseException:
                self.backend.close()
                raise

        await asyncio.get_running_loop().run_in_executor(self._writers, opened)

    async def close(self) -> None:
        """Let running transactions end, then disconnect."""
        if self._closed.is_set():
            return
        self._closed.set()
        await asyncio.to_thread(self._stop)

    async def write(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, ...)` in a writing transaction, again when it lost a race. Raises `Unavailable`."""
        return await self._run(self._writers, lambda: self.transact(work, *args, **kwargs))

    async def read(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, ...)`, which only reads. Raises `Unavailable`."""

        def run() -> T:
            with self.backend.reading().connect() as connection:
                return work(connection, *args, **kwargs)

        return await self._run(self._readers, run)

    def transact(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`write` for a caller that already is in a writing thread.

        A unique index hit by a row that came between a check and its insert shows as IntegrityError: the second attempt
        sees that row in its check.
        """
        for attempt in range(ATTEMPTS):
            try:
                with self.backend.writing().begin() as connection:
                    return work(connection, *args, **kwargs)
            except IntegrityError:
                if attempt:
                    raise
            except DBAPIError as error:
                if attempt == ATTEMPTS - 1 or not self.backend.is_conflict(error):
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _run(self, threads: ThreadPoolExecutor, job: Callable[[], T]) -> T:
        if self._closed.is_set():
            raise Unavailable("database_unavailable", "The database is closed: the server is stopping.")
        if self._waiting >= WAITING:
            raise Unavailable("database_unavailable", "The database has too much work waiting. Try again in a moment.")
        self._waiting += 1
        try:
            async with asyncio.timeout(SECONDS):
                return await asyncio.get_running_loop().run_in_executor(threads, job)
        except (TimeoutError, PoolTimeout):
            raise Unavailable("database_unavailable", "The database did not answer in time. Try again.") from None
        except DBAPIError as error:
            if not self.backend.is_unavailable(error):
                raise
            raise Unavailable("database_unavailable", f"The database cannot be used now: {_reason(error)}.") from error
        finally:
            self._waiting -= 1

    def _stop(self) -> None:
        for threads in {self._writers, self._readers}:
            threads.shutdown(wait=True)
        self.backend.close()


def _reason(error: DBAPIError) -> str:
    """The driver's own first line, without statement or values."""
    origin: Any = error.orig
    return (str(origin).strip().splitlines() or [type(origin).__name__])[0].rstrip(".")
