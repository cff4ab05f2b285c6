# ruff: noqa: S101, S603, S607, T201 - a program for the terminal that starts its own processes
"""The first three budgets of the design, measured on a real server process.

Load generator, server and send sink are three processes that talk TCP; the database is a file on disk. Bounded: about a
minute and a half, at most 40,000 events.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from bench import burst, engine
from bench.row import Row
from bench.stage import BUILD, Stage


def main() -> int:
    """Measure and print; 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--only", choices=("accept", "loop", "steady", "burst", "engine"), help="one part instead of all"
    )
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
    if given.only in (None, "burst"):
        rows.append(burst.row(given.count))
    if given.only in (None, "engine"):
        rows.extend(engine.rows())
    _print_table(rows)
    return 0 if all(row.is_met for row in rows) else 1


def _accept(count: int) -> Row:
    """Webhooks accepted durably, no flow active."""
    with Stage(flow=False) as stage:
        load = stage.load("--clients", "32", "--count", str(count), "--warm", "1000")
        cpu = stage.cpu() / (count + 1000) * 1e6
        stored = stage.count("SELECT count(*) FROM events WHERE kind = 'message'")
    assert stored == count + 1000, f"{stored} events stored, {count + 1000} accepted"
    rate = load["accepted"] / load["seconds"]
    figure = f"{rate:,.0f}/s (p99 {load['p99'] * 1000:.0f} ms, {load['refused']} refused; {cpu:.0f} µs of CPU each)"
    return Row("webhook accepted durably, 32 clients", figure, "≥ 2,000/s", rate >= 2000 and not load["refused"])


def _loop(count: int) -> Row:
    """From the first delivery to the last answer at the sink, everything recorded."""
    with Stage(flow=True) as stage:
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
    with Stage(flow=True) as stage:
        stage.load("--clients", "4", "--count", "500", "--warm", "100", "--run", "W")
        warm = len(stage.drained(600))
        stage.load("--clients", "16", "--rate", "50", "--seconds", str(seconds), "--run", "S")
        received = stage.drained(warm + int(50 * seconds))[warm:]
    waits = sorted(at - float(text.split()[3]) for _, text, at in received)
    p50, p99 = waits[len(waits) // 2] * 1000, waits[int(len(waits) * 0.99)] * 1000
    figure = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms (n = {len(waits)}, max {waits[-1] * 1000:.0f} ms)"
    is_met = p50 <= 10 and p99 <= 40 and len(waits) == int(50 * seconds)
    return Row("the same at 50/s, webhook to send", figure, "p50 ≤ 10 ms, p99 ≤ 40 ms", is_met)


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
