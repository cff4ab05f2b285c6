"""A PostgreSQL server for tests, from Debian's `postgresql` package: its own data directory, a free loopback port."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest

MISSING = "PostgreSQL is not installed: run `make setup`, or `apt-get install postgresql`."
OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB"
SECONDS = 60


class PostgresServer:
    """A running server; databases are made from one another in milliseconds."""

    def __init__(self, port: int, control: Callable[..., None]) -> None:
        self.port = port
        self._control = control

    def url(self, database: str) -> str:
        """What goes into `INSTANTCHAT_DATABASE_URL`."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template1") -> str:
        """Make a database as a copy of `template`; its URL."""
        self.run(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def stop(self) -> None:
        """End it as an administrator in a hurry does: every connection breaks."""
        self._control("-m", "fast", "-w", "stop")

    def start(self) -> None:
        """Start it again after `stop`, on the same port with the same data."""
        self._control("-w", "start")

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Execute SQL outside a transaction; its rows."""
        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """One server until the end of the block. Fails the test, with a sentence, when PostgreSQL is not installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not programs:
        pytest.fail(MISSING, pytrace=False)
    home = Path(tempfile.mkdtemp(prefix="instantchat-pg-"))
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(home, "postgres", "postgres")
    data, port = home / "data", _free_port()
    try:
        _run(programs[-1] / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 {OPTIONS}"
        control = partial(_run, programs[-1] / "pg_ctl", "-D", data, "-l", home / "log", "-o", options)
        control("-w", "start")
        try:
            yield PostgresServer(port, control)
        finally:
            control("-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _run(program: Path, *arguments: object) -> None:
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()
    switch = {"user": user, "group": user, "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(
        [str(program), *map(str, arguments)],
        check=True,
        timeout=SECONDS,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        **switch,
    )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
