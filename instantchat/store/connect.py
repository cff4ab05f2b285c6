"""Which backend a database URL means."""

from __future__ import annotations

from instantchat.errors import StartRefused
from instantchat.kit.clock import Clock
from instantchat.store.ports import Store


def open_store(url: str, *, serving: bool = True, clock: Clock | None = None) -> Store:
    """The store for `sqlite:///file` or `postgresql://…`; nothing is opened before its `start()`.

    `serving` False lets a command work beside a running server on SQLite, where otherwise a second process is refused.
    Raises `StartRefused` for any other URL.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    from instantchat.store.sql.store import SqlStore

    try:
        address = make_url(url.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):
        raise _refusal() from None
    if address.drivername == "sqlite":
        from instantchat.store.sql.sqlite import SqliteBackend

        return SqlStore(SqliteBackend(address, serving=serving), clock)
    if address.get_backend_name() == "postgresql":
        from instantchat.store.sql.postgres import PostgresBackend

        return SqlStore(PostgresBackend(address), clock)
    raise _refusal()


def _refusal() -> StartRefused:
    return StartRefused(
        "bad_setting",
        "INSTANTCHAT_DATABASE_URL must be sqlite:///path/to/file or postgresql://user:password@host/name.",
    )
