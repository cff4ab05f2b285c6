"""A database that cannot be used, or cannot be shared, is said in one sentence at the start."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.postgres.processes import WorkerProcess, running
from tests.support.postgres import PostgresServer
from tests.support.server import ServerProcess, free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]


async def test_nobody_listens(tmp_path: Path) -> None:
    port = free_port()
    sentence = await _refused(tmp_path, f"postgresql://ann:geheim@127.0.0.1:{port}/shop")
    assert f"PostgreSQL at 127.0.0.1:{port}/shop cannot be used" in sentence
    assert "INSTANTCHAT_DATABASE_URL" in sentence
    assert "geheim" not in sentence


async def test_no_such_database(tmp_path: Path, postgres: PostgresServer) -> None:
    assert 'database "nowhere" does not exist' in await _refused(tmp_path, postgres.url("nowhere"))


async def test_no_such_host(tmp_path: Path) -> None:
    assert "db.invalid" in await _refused(tmp_path, "postgresql://ann@db.invalid/shop")


@pytest.mark.parametrize("address", ["mysql://root@localhost/shop", "postgresql://ann@127.0.0.1:port/shop"])
async def test_not_an_address_of_a_database(tmp_path: Path, address: str) -> None:
    assert "INSTANTCHAT_DATABASE_URL" in await _refused(tmp_path, address)


async def test_a_worker_beside_a_server_on_sqlite(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, "--api-only")
    async with running(server):
        sentence = await _refused(tmp_path, "")
    assert "Another InstantChat process uses" in sentence
    assert "PostgreSQL" in sentence


async def _refused(data_dir: Path, url: str) -> str:
    """The one line that a worker and so any process says before it ends with 1."""
    worker = WorkerProcess(data_dir, free_port(), **({"database_url": url} if url else {}))
    code, said = await asyncio.to_thread(worker.refusal)
    assert code == 1, said
    assert said.startswith("InstantChat cannot start: ")
    assert said.count("\n") == 1, said
    return said
