"""The migrations make exactly the tables that the code has."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from instantchat.store.sql.schema import configuration, newest_version, upgrade
from instantchat.store.sql.store import SqlStore
from instantchat.store.sql.tables import metadata


class TestMigrations:
    async def test_leave_nothing_to_migrate(self, store: SqlStore) -> None:
        with store.database.backend.writing().connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata()) == []

    async def test_file_names_and_revisions_agree(self, store: SqlStore) -> None:
        with store.database.backend.writing().connect() as connection:
            script = ScriptDirectory.from_config(configuration(connection))
            assert script.get_current_head() == newest_version()

    async def test_again_do_nothing(self, store: SqlStore) -> None:
        upgrade(store.database.backend.writing())

    async def test_every_table_says_whose_its_rows_are(self) -> None:
        assert [table.name for table in metadata().sorted_tables if "workspace_id" not in table.c] == []

    async def test_every_partial_index_is_partial_on_both_backends(self, store: SqlStore) -> None:
        expected = {
            index.name
            for table in metadata().sorted_tables
            for index in table.indexes
            if index.dialect_options["sqlite"]["where"] is not None
        }
        listed = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'",
            "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '% WHERE %'",
        }
        with store.database.backend.writing().connect() as connection:
            found = set(connection.execute(text(listed[store.database.dialect])).scalars())
        assert found == expected
