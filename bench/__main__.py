# ruff: noqa: S101, S105, S603, S607, T201 - a program for the terminal that starts its own processes
"""The first three budgets of the design, measured on a real server process.

Load generator, server and send sink are three processes that talk TCP; the database is a file on disk. Bounded: about a
minute and a half, at most 40,000 events.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import engine
from bench.row import Row
from instantchat.kit.crypto import Vault, new_key
from tests.support.process import ROOT, Child
from tests.support.seed import Seeded, keyword_flow, seed_file
from tests.support.sink import SinkProcess

SECRET = "bench-app-secret"
DRAIN_SECONDS = 60.0
BUILD = ROOT / ".build"


def main() -> int:
    """Measure and print; 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", choices=("accept", "loop", "steady", "engine"), help="one part instead of all")
    parser.add_argument("--count", type=int, default=10_000, help="events in each of the first two rows")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of the third")
    given = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    _describe_machine()
    rows: list[Row] = []
    if given.only in (None, "accept"):
        rows.append(_accept(given.count))
    if given.only in (None, "loop"):
        rows.append(_loop(given.count))
    if given.only in (None, "steady"):
        rows.append(_steady(given.seconds))
    if given.only in (None, "engine"):
        rows.extend(engine.rows())
    _print_table(rows)
    return 0 if all(row.is_met for row in rows) else 1


def _accept(count: int) -> Row:
    """Webhooks accepted durably, no flow active."""
    with _Stage(flow=False) as stage:
        load = stage.load("--clients", "32", "--count", str(count), "--warm", "1000")
        cpu = stage.cpu() / (count + 1000) * 1e6
        stored = stage.count("SELECT count(*) FROM events WHERE kind = 'message'")
    assert stored == count + 1000, f"{stored} events stored, {count + 1000} accepted"
    rate = load["accepted"] / load["seconds"]
    figure = f"{rate:,.0f}/s (p99 {load['p99'] * 1000:.0f} ms, {load['refused']} refused; {cpu:.0f} µs of CPU each)"
    return Row("webhook accepted durably, 32 clients", figure, "≥ 2,000/s", rate >= 2000 and not load["refused"])


def _loop(count: int) -> Row:
    """From the first delivery to the last answer at the sink, everything recorded."""
    with _Stage(flow=True) as stage:
        load = stage.load("--clients", "32", "--count", str(count), "--warm", "1000")
        received = stage.drained(count + 1000)
        cpu = stage.cpu() / (count + 1000) * 1e6
        stage.settled()
        sent = stage.count("SELECT count(*) FROM messages WHERE direction = 'out' AND status = 'sent'")
    counted = [at for _, text, at in received if int(text.split()[2]) >= 1000]
    rate = len(counted) / (max(counted) - load["began"])
    is_whole = len(received) == sent == count + 1000
    figure = f"{rate:,.0f}/s ({len(received):,} received, {sent:,} recorded as sent; {cpu:.0f} µs of CPU each)"
    return Row("webhook → keyword flow → send, all recorded", figure, "≥ 1,000/s", rate >= 1000 and is_whole)


def _steady(seconds: float) -> Row:
    """Webhook to send at 50 a second, measured at the sink."""
    with _Stage(flow=True) as stage:
        stage.load("--clients", "4", "--count", "500", "--warm", "100", "--run", "W")
        warm = len(stage.drained(600))
        stage.load("--clients", "16", "--rate", "50", "--seconds", str(seconds), "--run", "S")
        received = stage.drained(warm + int(50 * seconds))[warm:]
    waits = sorted(at - float(text.split()[3]) for _, text, at in received)
    p50, p99 = waits[len(waits) // 2] * 1000, waits[int(len(waits) * 0.99)] * 1000
    figure = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms (n = {len(waits)}, max {waits[-1] * 1000:.0f} ms)"
    is_met = p50 <= 10 and p99 <= 40 and len(waits) == int(50 * seconds)
    return Row("the same at 50/s, webhook to send", figure, "p50 ≤ 10 ms, p99 ≤ 40 ms", is_met)


class _Stage:
    """A fresh database, a sink and a server; `with` brings them up and down."""

    def __init__(self, *, flow: bool) -> None:
        self._has_flow = flow
        self._data_dir = BUILD / f"bench-{os.getpid()}"
        self._port = _free_port()

    def __enter__(self) -> _Stage:
        shutil.rmtree(self._data_dir, ignore_errors=True)
        self._data_dir.mkdir(parents=True)
        key = new_key()
        graph = keyword_flow("price", "Re {{message.text}}") if self._has_flow else None
        self._seeded: Seeded = asyncio.run(seed_file(self._data_dir, Vault([key]), graph))
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


def _describe_machine() -> None:
    """Where the database is and how it is synced; refuses a file system in memory."""
    kind = subprocess.run(
        ["stat", "-f", "-c", "%T", str(BUILD)], capture_output=True, text=True, check=True
    ).stdout.strip()
    if kind in ("tmpfs", "ramfs"):
        sys.exit(f"{BUILD} is on {kind}: a figure from memory would mean nothing.")
    from sqlalchemy.engine import make_url

    from instantchat.store.sql.sqlite import SqliteBackend

    path = BUILD / "bench-pragma.db"
    backend = SqliteBackend(make_url(f"sqlite:///{path}"), serving=False)
    backend.open()
    with backend.writing().connect() as connection:
        modes = ("OFF", "NORMAL", "FULL", "EXTRA")
        synchronous = modes[int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())]
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    backend.close()
    for file in BUILD.glob("bench-pragma.db*"):
        file.unlink()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f}; SQLite on {kind}, journal {journal}, synchronous={synchronous}")


def _print_table(rows: list[Row]) -> None:
    widths = [max(len(row.what) for row in rows), max(len(row.figure) for row in rows)]
    print(f"{'what':<{widths[0]}}  {'figure':<{widths[1]}}  budget")
    for row in rows:
        verdict = "met" if row.is_met else "MISSED"
        print(f"{row.what:<{widths[0]}}  {row.figure:<{widths[1]}}  {row.budget}: {verdict}")


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


if __name__ == "__main__":
    sys.exit(main())
