# ruff: noqa: S101, S105 - a program for the terminal that starts its own processes
"""Where the rows that need a server play: its database on disk, the sink it sends to, and what can be seen of it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from instantchat.kit.crypto import Vault, new_key
from instantchat.store.records import Json
from tests.support.process import ROOT, Child
from tests.support.seed import Seeded, seed_file
from tests.support.sink import SinkProcess

BUILD = ROOT / ".build"
_SECRET = "bench-app-secret"
_DRAIN_SECONDS = 60.0
NEIGHBOUR = "17841400000000002"


class Stage:
    """A database with one active flow (or none) and a sink; `with` brings them up and down, `start` adds a server.

    `neighbour` is the flow of another workspace, whose account is `NEIGHBOUR`; with `echoes` the sink delivers the echo
    of each message, as Meta does.
    """

    def __init__(self, graph: Json | None, neighbour: Json | None = None, *, echoes: bool = False) -> None:
        self._has_echoes = echoes
        self.key = new_key()
        self._graph = graph
        self._neighbour = neighbour
        self._port = _free_port()
        self._server: Child | None = None
        self._cpu_of_start = 0.0

    def __enter__(self) -> Stage:
        self._data_dir = Path(tempfile.mkdtemp(prefix="bench-", dir=BUILD))
        self.seeded: Seeded = asyncio.run(seed_file(self._data_dir, Vault([self.key]), self._graph))
        if self._neighbour is not None:
            seeding = seed_file(self._data_dir, Vault([self.key]), self._neighbour, ig_user_id=NEIGHBOUR)
            asyncio.run(seeding)
        self._sink = SinkProcess(_free_port(), (self._port, _SECRET) if self._has_echoes else None)
        self._sink.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._sink.__exit__(None, None, None)
        shutil.rmtree(self._data_dir, ignore_errors=True)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self._data_dir / "instantchat.db"

    def start(self) -> float:
        """Start a server; the seconds until it was ready."""
        command = ["-m", "instantchat.cli", "run", "--api-only", "--port", str(self._port)]
        self._server = Child(command, self._settings())
        began = time.monotonic()
        self._server.start()
        taken = time.monotonic() - began
        self._cpu_of_start = self._cpu_so_far()
        return taken

    def stop(self) -> None:
        """Stop the server, if there is one."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def cpu(self) -> float:
        """Processor seconds the server has used since it was ready: a figure that other work on the machine moves less
        than it moves the rates."""
        return self._cpu_so_far() - self._cpu_of_start

    def cpu_of_start(self) -> float:
        """Processor seconds the server had used when it was ready."""
        return self._cpu_of_start

    def memory(self) -> float:
        """MB that the server holds for itself. Pages of the database file that it looks at are not its own: the system
        takes them back when it needs them."""
        lines = Path(f"/proc/{self._pid()}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("RssAnon:")).split()[1]) / 1024

    def load(self, *arguments: str) -> dict[str, Any]:
        """Run the load generator; what it measured."""
        target = ["--port", str(self._port), "--secret", _SECRET, "--account", self.seeded.ig_user_id]
        child = Child(["-m", "bench.load", *target, *arguments])
        child.start()
        found: dict[str, Any] = json.loads(child.read())
        return found

    def drained(self, count: int, seconds: float = _DRAIN_SECONDS) -> list[tuple[str, str, float]]:
        """Everything the sink got, once it is `count` messages or the time is over."""
        until = time.monotonic() + seconds
        while True:
            received = self._sink.received()
            if len(received) >= count or time.monotonic() > until:
                return received
            time.sleep(0.5)

    def settled(self) -> None:
        """Return once no send is open and no event waits, so that what is counted is what was recorded."""
        until = time.monotonic() + _DRAIN_SECONDS
        waiting = (
            "SELECT (SELECT count(*) FROM messages WHERE status IN ('queued', 'sending')) + "
            "(SELECT count(*) FROM events WHERE state = 'pending')"
        )
        while self.count(waiting):
            if time.monotonic() > until:
                return
            time.sleep(0.2)

    def count(self, query: str) -> int:
        """Ask the database file itself."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            return int(connection.execute(query).fetchone()[0])
        finally:
            connection.close()

    def _pid(self) -> int:
        assert self._server is not None and self._server.process is not None
        return self._server.process.pid

    def _cpu_so_far(self) -> float:
        fields = Path(f"/proc/{self._pid()}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _settings(self) -> dict[str, str]:
        values = {
            "ENV": "development",
            "DATA_DIR": str(self._data_dir),
            "PUBLIC_URL": f"http://127.0.0.1:{self._port}",
            "ENCRYPTION_KEYS": self.key,
            "META_APP_ID": "1",
            "META_APP_SECRET": _SECRET,
            "META_VERIFY_TOKEN": "verify",
            "GRAPH_URL": self._sink.url,
            "SEND_LIMIT_TEXT": "0",
            "SIMULATOR": "false",
            "LOG_LEVEL": "warning",
        }
        return {f"INSTANTCHAT_{name}": value for name, value in values.items()}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
