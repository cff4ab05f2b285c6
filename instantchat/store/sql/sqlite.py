"""SQLite: one writing connection, a few reading ones, and a lock file that keeps a second process out."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from instantchat.errors import StartRefused

# Primary result codes, https://www.sqlite.org/rescode.html: busy, locked, read-only, I/O, corrupt, full, cannot open,
# not a database.
AWAY = {5, 6, 8, 10, 11, 13, 14, 26}

BUSY_SECONDS = 5.0
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-32000",
    "mmap_size=268435456",
    "wal_autocheckpoint=4000",
)


class SqliteBackend:
    """A database file. `serving` takes the lock file; a command beside a running server passes False."""

    dialect = "sqlite"
    writers = 1
    readers = 2

    def __init__(self, url: URL, *, serving: bool = True) -> None:
        if not url.database or url.database == ":memory:":
            raise StartRefused(
                "bad_setting",
                "INSTANTCHAT_DATABASE_URL must name a file, such as sqlite:///instantchat.db; "
                "a database in memory would lose every message.",
            )
        self.path = Path(url.database)
        self._serving = serving
        self._lock: int | None = None
        self._writing: Engine | None = None
        self._reading: Engine | None = None

    def open(self) -> None:
        """Take the lock, create the folder and file. Raises `StartRefused`."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._serving:
                self._take_lock()
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))  # messages are private
            self._writing = self._engine("BEGIN IMMEDIATE", 1)
            self._reading = self._engine("BEGIN", self.readers)
            with self._writing.begin():
                pass
        except OSError as error:
            self.close()
            raise _unwritable(self.path, error.strerror or str(error)) from None
        except DBAPIError as error:
            self.close()
            raise _refusal(self.path, error) from None
        except StartRefused:
            self.close()
            raise

    def writing(self) -> Engine:
        assert self._writing, "open() comes first"  # noqa: S101 - a mistake of ours
        return self._writing

    def reading(self) -> Engine:
        assert self._reading, "open() comes first"  # noqa: S101 - a mistake of ours
        return self._reading

    def close(self) -> None:
        """Disconnect and let the next process in."""
        for engine in (self._reading, self._writing):
            if engine is not None:
                engine.dispose()
        self._reading = self._writing = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def is_unavailable(self, error: DBAPIError) -> bool:
        code = getattr(error.orig, "sqlite_errorcode", None)
        return isinstance(code, int) and code & 0xFF in AWAY

    def is_conflict(self, error: DBAPIError) -> bool:
        return False  # one writer: nothing to conflict with

    def _take_lock(self) -> None:
        self._lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartRefused(
                "single_process_database",
                f"Another InstantChat process uses {self.path}. Stop it first, or use PostgreSQL "
                "(INSTANTCHAT_DATABASE_URL=postgresql://…), which serves any number of processes.",
            ) from None

    def _engine(self, begin: str, connections: int) -> Engine:
        engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            pool_size=connections,
            max_overflow=0,
            hide_parameters=True,
            connect_args={"check_same_thread": False, "cached_statements": 1024, "timeout": BUSY_SECONDS},
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the "begin" event begins, not the driver
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _unwritable(path: Path, reason: str) -> StartRefused:
    return StartRefused(
        "data_dir_unwritable",
        f"The database file {path} cannot be written ({reason}). Make its folder writable, or set "
        "INSTANTCHAT_DATA_DIR or INSTANTCHAT_DATABASE_URL to another place.",
    )


def _refusal(path: Path, error: DBAPIError) -> StartRefused:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code in {5, 6}:
        return StartRefused("database_locked", f"Another program holds {path} locked. Close it and start again.")
    if code in {11, 26}:
        return StartRefused(
            "database_damaged", f"{path} is not a readable SQLite database. Restore a backup, or move the file away."
        )
    return _unwritable(path, str(error.orig))
