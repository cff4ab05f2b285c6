"""A database that cannot be used stops the start with a sentence; one that fails later says so."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from instantchat.errors import StartRefused, Unavailable
from instantchat.kit.clock import ManualClock
from instantchat.store.connect import open_store
from tests.store.world import make_world, new_user
from tests.support.postgres import PostgresServer

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


async def _refusal(url: str, **options: bool) -> StartRefused:
    with pytest.raises(StartRefused) as caught:
        await open_store(url, **options).start()
    return caught.value


class TestUrl:
    @pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:"])
    async def test_of_anything_else_is_refused_by_name(self, url: str) -> None:
        refusal = await _refusal(url)
        assert refusal.code == "bad_setting"
        assert "INSTANTCHAT_DATABASE_URL" in refusal.message


class TestSqlite:
    async def test_makes_folder_and_file_and_keeps_what_was_stored(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'deep' / 'er' / 'a.db'}"
        user = new_user(NOW)
        store = open_store(url)
        await store.start()
        await store.ping()
        await store.members.create_user(user, "Shop")
        await store.close()
        again = open_store(url)
        await again.start()
        assert await again.members.user(user.id) == user
        await again.close()

    async def test_a_second_serving_process_is_refused_until_the_first_ends(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'a.db'}"
        store = open_store(url)
        await store.start()
        refusal = await _refusal(url)
        assert refusal.code == "single_process_database"
        assert "PostgreSQL" in refusal.message
        await store.close()
        second = open_store(url)
        await second.start()
        await second.close()

    async def test_a_process_that_died_holds_nothing(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'a.db'}"
        program = (
            "import asyncio, os\nfrom instantchat.store.connect import open_store\n"
            f"asyncio.run(open_store({url!r}).start())\nos._exit(9)"
        )
        died = await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=Path(__file__).parents[3])
        assert await asyncio.wait_for(died.wait(), 60) == 9
        store = open_store(url)
        await store.start()
        await store.close()

    async def test_a_command_may_work_beside_the_server(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'a.db'}"
        store, command = open_store(url), open_store(url, serving=False)
        await store.start()
        await command.start()
        user = new_user(NOW)
        assert await command.members.create_user(user, "Shop")
        assert await store.members.user(user.id) == user
        await command.close()
        await store.close()

    async def test_an_unwritable_folder_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("not a folder")
        refusal = await _refusal(f"sqlite:///{tmp_path / 'file' / 'a.db'}")
        assert refusal.code == "data_dir_unwritable"
        assert str(tmp_path / "file") in refusal.message

    async def test_a_file_that_is_no_database_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "a.db").write_bytes(b"something else entirely, long enough to have a header" * 50)
        refusal = await _refusal(f"sqlite:///{tmp_path / 'a.db'}")
        assert refusal.code == "database_damaged"

    async def test_a_newer_schema_is_refused(self, tmp_path: Path, sqlite_template: Path) -> None:
        path = tmp_path / "a.db"
        shutil.copy(sqlite_template, path)
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        refusal = await _refusal(f"sqlite:///{path}")
        assert refusal.code == "database_newer"
        assert "9999" in refusal.message

    async def test_a_database_locked_by_another_program_is_refused(
        self, tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a.db"
        shutil.copy(sqlite_template, path)
        monkeypatch.setattr("instantchat.store.sql.sqlite.BUSY_SECONDS", 0.05)
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        refusal = await _refusal(f"sqlite:///{path}")
        holder.close()
        assert refusal.code == "database_locked"

    async def test_locked_while_running_is_unavailable_and_passes(
        self, tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a.db"
        shutil.copy(sqlite_template, path)
        monkeypatch.setattr("instantchat.store.sql.sqlite.BUSY_SECONDS", 0.05)
        store = open_store(f"sqlite:///{path}")
        await store.start()
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as caught:
            await store.members.create_user(new_user(NOW), "Shop")
        assert caught.value.code == "database_unavailable"
        holder.close()
        assert await store.members.create_user(new_user(NOW), "Shop")
        await store.close()

    async def test_a_closed_store_is_unavailable(self, tmp_path: Path) -> None:
        store = open_store(f"sqlite:///{tmp_path / 'a.db'}")
        await store.start()
        await store.close()
        await store.close()
        with pytest.raises(Unavailable):
            await store.ping()

    async def test_commits_survive_the_machine_losing_power(self, tmp_path: Path) -> None:
        store = open_store(f"sqlite:///{tmp_path / 'a.db'}")
        await store.start()
        with store.database.backend.writing().connect() as connection:  # type: ignore[attr-defined]
            pragma = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode")
            }
        assert pragma == {"synchronous": 2, "journal_mode": "wal"}
        await store.close()


class TestPostgres:
    async def test_that_does_not_answer_is_named_without_its_password(self) -> None:
        refusal = await _refusal("postgresql://ann:s3cret@127.0.0.1:1/shop")
        assert refusal.code == "database_unreachable"
        assert "127.0.0.1:1/shop" in refusal.message
        assert "s3cret" not in refusal.message

    async def test_two_processes_may_start_at_once(self, postgres: PostgresServer) -> None:
        stores = [open_store(postgres.create("both") if not number else postgres.url("both")) for number in range(3)]
        await asyncio.gather(*(store.start() for store in stores))
        for store in stores:
            await store.ping()
            await store.close()
        postgres.drop("both")

    async def test_connections_cut_by_the_server_are_made_again(self, postgres: PostgresServer) -> None:
        store = open_store(postgres.create("cut", "instantchat_template"), clock=ManualClock())
        await store.start()
        world = await make_world(store, ManualClock())
        postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cut'")
        assert await store.members.user(world.user.id) == world.user
        await store.close()
        postgres.drop("cut")

    async def test_a_database_that_went_away_is_unavailable(self, postgres: PostgresServer) -> None:
        store = open_store(postgres.create("gone", "instantchat_template"))
        await store.start()
        postgres.drop("gone")
        with pytest.raises(Unavailable) as caught:
            await store.ping()
        assert caught.value.code == "database_unavailable"
        await store.close()


async def test_the_folder_it_makes_is_its_owners_alone(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'a.db'}")
    await store.start()
    await store.close()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
