"""The schema is brought up to date at start. The version is the number that a migration's file name begins with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from instantchat.errors import StartRefused
from instantchat.store.sql.dialect import POSTGRESQL, name_of

MIGRATIONS = Path(__file__).parent.parent / "migrations"
LOCK = 4_917_301_662  # any number nobody else locks


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; raises `StartRefused` for a database that a newer version has written.

    One query when nothing is missing: Alembic is imported only when there is something to do. On PostgreSQL one process
    at a time does it.
    """
    newest = newest_version()
    with engine.begin() as connection:
        if _is_current(connection, newest):
            return
    with engine.begin() as connection:
        if name_of(connection) == POSTGRESQL:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if not _is_current(connection, newest):
            _migrate(connection)


def newest_version() -> str:
    """The version this code needs."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _is_current(connection: Connection, newest: str) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found > newest:
        raise StartRefused(
            "database_newer",
            f"The database has version {found}, this InstantChat knows {newest}. Start the newer InstantChat, "
            "or restore a backup made before the upgrade.",
        )
    return bool(found == newest)


def _migrate(connection: Connection) -> None:
    from alembic import command

    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Any:
    """Alembic's configuration for migrating through this connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
