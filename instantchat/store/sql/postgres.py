"""PostgreSQL by psycopg 3: a pool of connections, each checked before use, so a restarted server is found again."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from instantchat.errors import StartRefused

# SQLSTATE classes, https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, resources (disk full,
# too many connections), operator intervention (shutdown, time limit), system.
AWAY = ("08", "53", "57", "58")
REFUSED = {"25006", "55P03"}  # read-only (a standby), lock not available
CONFLICTS = {"40001", "40P01"}
SETTINGS = "SET statement_timeout = '30s'; SET lock_timeout = '20s'; SET idle_in_transaction_session_timeout = '60s'"


class PostgresBackend:
    """A PostgreSQL database, any number of processes."""

    dialect = "postgresql"
    readers = 0

    def __init__(self, url: URL, *, connections: int = 4) -> None:
        self.url = url.set(drivername="postgresql+psycopg")
        self.writers = connections
        self._engine: Engine | None = None

    def open(self) -> None:
        """Connect once, to know that the address and the password are right. Raises `StartRefused`."""
        self._engine = create_engine(
            self.url,
            pool_size=self.writers,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 5, "application_name": "instantchat"},
        )
        event.listen(self._engine, "connect", _prepare)
        try:
            with self._engine.connect():
                pass
        except DBAPIError as error:
            self.close()
            where = f"{self.url.host or 'localhost'}:{self.url.port or 5432}/{self.url.database or ''}"
            reason = " ".join(str(error.orig).split()) or type(error.orig).__name__
            raise StartRefused(
                "database_unreachable",
                f"PostgreSQL at {where} cannot be used ({reason}). Start it, or correct INSTANTCHAT_DATABASE_URL.",
            ) from None

    def writing(self) -> Engine:
        assert self._engine, "open() comes first"  # noqa: S101 - a mistake of ours
        return self._engine

    reading = writing

    def close(self) -> None:
        """Disconnect."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def is_unavailable(self, error: DBAPIError) -> bool:
        state = getattr(error.orig, "sqlstate", None)
        if state is None:
            return error.connection_invalidated or isinstance(error.orig, psycopg.OperationalError)
        return str(state).startswith(AWAY) or state in REFUSED

    def is_conflict(self, error: DBAPIError) -> bool:
        return getattr(error.orig, "sqlstate", None) in CONFLICTS


def _prepare(connection: Any, _record: Any) -> None:
    connection.execute(SETTINGS)
    connection.commit()
