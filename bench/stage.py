# ruff: noqa: S101 - a program for the terminal
"""A server process with a fresh database, a sink for what it sends, and the load generator, for one row."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from instantchat.kit.crypto import Vault, new_key
from tests.support.process import ROOT, Child
from tests.support.seed import Seeded, keyword_flow, seed_file
from tests.support.sink import SinkProcess

NEIGHBOUR = "17841400000000002"
"""The account of another workspace, whose flow answers `cost`."""
SECRET = "bench-app-secret"  # noqa: S105 - of this benchmark alone
DRAIN_SECONDS = 60.0
BUILD = ROOT / ".build"


class Stage:
    """A fresh database, a sink and a server; `with` brings them up and down."""

    def __init__(self, *, flow: bool, neighbour: bool = False) -> None:
        self._has_flow = flow
        self._has_neighbour = neighbour
        self._data_dir = BUILD / f"bench-{os.getpid()}"
        self._port = _free_port()

    def __enter__(self) -> Stage:
        shutil.rmtree(self._data_dir, ignore_errors=True)
        self._data_dir.mkdir(parents=True)
        key = new_key()
        graph = keyword_flow("price", "Re {{message.text}}") if self._has_flow else None
        self._seeded: Seeded = asyncio.run(seed_file(self._data_dir, Vault([key]), graph))
        if self._has_neighbour:
            cost = keyword_flow("cost", "Re {{message.text}}")
            asyncio.run(seed_file(self._data_dir, Vault([key]), cost, ig_user_id=NEIGHBOUR))
        self._sink = SinkProcess(_free_port())
        self._sink.__enter__()
        command = ["-m", "instantchat.cli", "run", "--api-only", "--port", str(self._port)]
        settings = _settings(self._data_dir, key, self._sink.url, self._port)
        self._server = Child(command, settings)
        try:
            self._server.start()
            self._cpu_of_start = self._cpu_so_far()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._sink.__exit__(None, None, None)
        shutil.rmtree(self._data_dir, ignore_errors=True)

    def cpu(self) -> float:
        """Processor seconds the server has used since it was ready: a figure that other work on the machine moves less
        than it moves the rates."""
        return self._cpu_so_far() - self._cpu_of_start

    def _cpu_so_far(self) -> float:
        assert self._server.process is not None
        fields = Path(f"/proc/{self._server.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def load(self, *arguments: str) -> dict[str, Any]:
        """Run the load generator; what it measured."""
        target = ["--port", str(self._port), "--secret", SECRET, "--account", self._seeded.ig_user_id]
        child = Child(["-m", "bench.load", *target, *arguments])
        child.start()
        found: dict[str, Any] = json.loads(child.read())
        return found

    def drained(self, count: int) -> list[tuple[str, str, float]]:
        """Everything the sink got, once it is `count` messages or half a minute brought nothing new."""
        until = time.monotonic() + DRAIN_SECONDS
        while True:
            received = self._sink.received()
            if len(received) >= count or time.monotonic() > until:
                return received
            time.sleep(0.5)

    def settled(self) -> None:
        """Return once no send is open, so that what is counted is what was recorded."""
        until = time.monotonic() + 10
        while self.count("SELECT count(*) FROM messages WHERE status IN ('queued', 'sending')"):
            if time.monotonic() > until:
                return
            time.sleep(0.2)

    def count(self, query: str) -> int:
        """Ask the database file itself."""
        with _reading(self._data_dir / "instantchat.db") as connection:
            return int(connection.execute(query).fetchone()[0])


def _settings(data_dir: Path, key: str, graph_url: str, port: int) -> dict[str, str]:
    values = {
        "ENV": "development",
        "DATA_DIR": str(data_dir),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ENCRYPTION_KEYS": key,
        "META_APP_ID": "1",
        "META_APP_SECRET": SECRET,
        "META_VERIFY_TOKEN": "verify",
        "GRAPH_URL": graph_url,
        "SEND_LIMIT_TEXT": "0",
        "SIMULATOR": "false",
        "LOG_LEVEL": "warning",
    }
    return {f"INSTANTCHAT_{name}": value for name, value in values.items()}


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
