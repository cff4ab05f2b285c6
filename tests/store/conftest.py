"""A fresh database for each test, on every backend."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from instantchat.kit.clock import ManualClock
from instantchat.store.connect import open_store
from instantchat.store.ports import Store
from instantchat.store.sql.tables import metadata
from tests.store.world import World, make_world
from tests.support.postgres import PostgresServer, postgres_server

TEMPLATE = "instantchat_template"
EMPTY = "; ".join(f"DELETE FROM {table.name}" for table in metadata().sorted_tables)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server with a migrated template database."""
    with postgres_server() as server:
        _migrate(server.create(TEMPLATE))
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database with all tables and no rows."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        server.run(EMPTY, TEMPLATE)  # a copy of the template takes ten times as long
        yield server.url(TEMPLATE)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(url: str, clock: ManualClock) -> AsyncIterator[Store]:
    """The backend under test, started."""
    opened = open_store(url, clock=clock)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def other_store(url: str, store: Store, clock: ManualClock) -> AsyncIterator[Store]:
    """What a second process would have; SQLite serves one process, so there it is the same."""
    if url.startswith("sqlite"):
        yield store
        return
    opened = open_store(url, clock=clock)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def world(store: Store, clock: ManualClock) -> World:
    """A workspace with one connected account."""
    return await make_world(store, clock)


@pytest.fixture
def another(store: Store, clock: ManualClock) -> Callable[[], object]:
    """Makes one more workspace."""
    return lambda: make_world(store, clock)


def _migrate(url: str) -> None:
    async def run() -> None:
        opened = open_store(url)
        await opened.start()
        await opened.close()

    asyncio.run(run())
