# ruff: noqa: S603, S607, T201 - a program for the terminal that starts its own processes
"""The budgets of the design that a terminal can measure, on real server processes where they are about a server.

Load generator, server and send sink are three processes that talk TCP; the database is a file on disk. Bounded: about
four minutes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable

from bench import burst, engine, replay, server, sleepers
from bench.row import Row
from bench.stage import BUILD


def main() -> int:
    """Measure and print; 1 when a budget is missed."""
    parts: dict[str, Callable[[], list[Row]]] = {
        "accept": lambda: server.accept(given.count),
        "loop": lambda: server.loop(given.count),
        "steady": lambda: server.steady(given.seconds),
        "burst": lambda: burst.rows(given.count),
        "engine": engine.rows,
        "sleepers": sleepers.rows,
        "replay": lambda: replay.rows(BUILD),
    }
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", choices=parts, help="one part instead of all")
    parser.add_argument("--count", type=int, default=10_000, help="events in each of the first two rows")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of the third")
    given = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    _describe_machine()
    rows = [row for name, measured in parts.items() if given.only in (None, name) for row in measured()]
    _print_table(rows)
    return 0 if all(row.is_met for row in rows) else 1


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


if __name__ == "__main__":
    sys.exit(main())
