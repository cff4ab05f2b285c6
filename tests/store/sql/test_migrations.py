"""The migrations make exactly the tables that the code has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import cast

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from instantchat.kit.clock import ManualClock
from instantchat.store import records as r
from instantchat.store.connect import open_store
from instantchat.store.sql.schema import configuration, newest_version, upgrade
from instantchat.store.sql.store import SqlStore
from instantchat.store.sql.tables import metadata
from instantchat.store.sql.types import micros
from tests.store.world import LEASE
from tests.support.postgres import PostgresServer


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


class TestUpgrade:
    """Of a database with rows in it."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def empty(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
        if request.param == "sqlite":
            yield f"sqlite:///{tmp_path / 'old.db'}"
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            yield server.create("old")
            server.drop("old")

    async def test_from_0002_keeps_conversations_and_goes_on(self, empty: str) -> None:
        clock = ManualClock()
        database = cast(SqlStore, open_store(empty)).database
        await database.open(partial(_migrate_to, "0002"))
        await database.write(_fill, micros(clock.now()))
        await database.close()

        store = open_store(empty, clock=clock)
        await store.start()
        thread = await store.inbox.thread("ws_1", "cnv_1")
        assert thread is not None
        assert (thread.conversation.heard_at, thread.conversation.starts) == (clock.now(), {})
        assert (thread.contact.name, thread.contact.opted_out_at) == ("Maria", None)
        unheard = await store.inbox.thread("ws_1", "cnv_2")
        assert unheard is not None
        assert unheard.conversation.heard_at is None
        (account,) = await store.accounts.accounts("ws_1")
        assert (account.refresh_at, account.scopes) == (clock.now() + dt.timedelta(days=50), "")
        (event,) = await store.inbox.replay_events("ws_1", ["message"], 9)
        assert (event.event.id, event.contact) == ("evt_1", thread.contact)
        (work,) = await store.queue.claim_work("worker", clock.now(), clock.now() + LEASE, 9)
        assert work.events[0].id == "evt_2"
        assert await store.queue.checkpoint([r.Checkpoint(work.lane, "worker", [r.HandledEvent("evt_2")])]) == [True]
        assert await store.queue.prune(clock.now() + LEASE, 9) == 3
        await store.close()


def _migrate_to(revision: str, engine: Engine) -> None:
    with engine.begin() as connection:
        command.upgrade(configuration(connection), revision)


def _fill(connection: Connection, now: int) -> None:
    """Rows as version 0002 wrote them: two conversations, a handled and a pending event, a run that is over."""
    day = 86_400_000_000
    for number, window in ((1, now + day), (2, None)):
        _insert(
            connection, "contacts", id=f"con_{number}", workspace_id="ws_1", account_id="acc_1", igsid=f"p{number}",
            name="Maria", tags="[]", fields="{}", variables="{}", search="maria", created_at=now, updated_at=now,
        )  # fmt: skip
        _insert(
            connection, "conversations", id=f"cnv_{number}", workspace_id="ws_1", account_id="acc_1",
            contact_id=f"con_{number}", lane=f"acc_1:p{number}", last_text="Hi", unread_count=0, status="open",
            window_expires_at=window, active_at=now, search="maria", created_at=now, updated_at=now,
        )  # fmt: skip
    _insert(
        connection, "accounts", id="acc_1", workspace_id="ws_1", user_id="usr_1", ig_user_id="1", ig_scoped_id="1",
        username="shop", name="Shop", state="ok", sealed_token="x", connected_at=now,
        token_expires_at=now + 60 * day,
    )  # fmt: skip
    for number, state in ((1, "handled"), (2, "pending")):
        _insert(
            connection, "events", id=f"evt_{number}", workspace_id="ws_1", account_id="acc_1", lane="acc_1:p1",
            kind="message", natural_key=str(number), payload="{}", at=now, received_at=now, state=state, attempts=0,
        )  # fmt: skip
    _insert(
        connection, "runs", id="run_1", workspace_id="ws_1", conversation_id="cnv_1", lane="acc_1:p1", flow_id="f",
        version_id="v", state="completed", rev=0, data="{}", trace="[]", started_at=now, updated_at=now,
    )  # fmt: skip


def _insert(connection: Connection, table: str, **values: object) -> None:
    names = ", ".join(values)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES (:{names.replace(', ', ', :')})"), values)
