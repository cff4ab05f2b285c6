# ruff: noqa: S101 - a program for the terminal
"""100,000 runs that wait: what they cost while they sleep, and how late they are woken when their time comes."""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from bench.row import Row
from bench.stage import Stage
from instantchat.kit.clock import ManualClock, SystemClock
from instantchat.kit.crypto import Vault
from instantchat.kit.ids import new_id
from instantchat.store.records import Checkpoint, Json, RunRecord, Thread
from instantchat.store.sql import writing
from instantchat.store.sql.sqlite import SqliteBackend
from instantchat.store.sql.store import SqlStore
from tests.runtime.conftest import Stage as Pieces

ASLEEP = 100_000
DUE = 5_000
RATE = 500  # due a second
_LEAD = 15.0  # seconds from the seeding of those that come due to the first of them
_DAY = 86_400.0
_CHUNK = 5_000
_STARTS = 5
_CLAIMS = 3
_ROUNDS = 50
_LANES = 64
_PATIENCE = 60.0


def rows() -> list[Row]:
    """A server without sleepers beside one with them, whose file is then claimed from, and some of them woken."""
    with Stage(_graph()) as alone, Stage(_graph()) as asleep:
        pattern = asyncio.run(_pattern(asleep))
        asyncio.run(_fill(asleep, pattern, [_DAY + number for number in range(ASLEEP)]))
        starts = [(_start(alone), _start(asleep)) for _ in range(_STARTS)]
        claim, cpu = asyncio.run(_claims(asleep))
        lateness = _wake(asleep, pattern)
        cpu_of_waking = asleep.cpu() / DUE * 1e6
    without, with_them = (_Start(*map(min, zip(*found, strict=True))) for found in zip(*starts, strict=True))
    start = f"{with_them.seconds:.2f} s, without {without.seconds:.2f} s"
    start += f" ({with_them.cpu:.2f} s and {without.cpu:.2f} s of CPU)"
    memory = f"{with_them.memory:.1f} MB, without {without.memory:.1f} MB"
    claimed = f"{claim * 1000:.1f} ms ({cpu * 1000:.1f} ms of CPU)"
    p50, p99 = (lateness[int(len(lateness) * rank)] for rank in (0.5, 0.99))
    late = f"p50 {p50:.2f} s, p99 {p99:.2f} s, max {lateness[-1]:.2f} s"
    late += f" (n = {len(lateness):,}, each once; {cpu_of_waking:.0f} µs of CPU each)"
    return [
        Row(f"start with {ASLEEP:,} sleeping runs", start, "≤ 0.3 s more", with_them.seconds - without.seconds <= 0.3),
        Row("memory then", memory, "≤ 5 MB more", with_them.memory - without.memory <= 5),
        Row(f"claim of {_LANES} of them", claimed, "≤ 5 ms", claim <= 0.005),
        Row(f"woken at {RATE} a second, from its moment to the sink", late, "p99 ≤ 1 s", p99 <= 1.0),
    ]


class _Start(NamedTuple):
    """What a start takes. Of several the least counts: what else the machine does only ever adds."""

    seconds: float
    cpu: float
    memory: float


def _start(stage: Stage) -> _Start:
    seconds = stage.start()
    time.sleep(1)  # what it does once it is ready counts too
    found = _Start(seconds, stage.cpu_of_start(), stage.memory())
    stage.stop()
    return found


def _graph() -> Json:
    """A delay, then a message that tells when it was due."""
    nodes = {
        "start": ("triggerNode", {"triggers": [{"type": "keyword", "keywords": ["later"]}]}),
        "sleep": ("delayNode", {"amount": 60, "unit": "days"}),
        "awake": ("messageNode", {"content": "Due {{due}}"}),
    }
    placed = [
        {"id": node_id, "type": type_name, "position": {"x": 0, "y": 0}, "data": data}
        for node_id, (type_name, data) in nodes.items()
    ]
    edges = [{"id": "e1", "source": "start", "target": "sleep"}, {"id": "e2", "source": "sleep", "target": "awake"}]
    return {"nodes": placed, "edges": edges}


async def _pattern(stage: Stage) -> tuple[Thread, RunRecord]:
    """A thread and its sleeping run, as a worker made them: the others are copies."""
    clock = ManualClock(SystemClock().now())
    async with _opened(stage) as store:
        pieces = Pieces(store, clock, Vault([stage.key]), stage.seeded)
        await pieces.say("later")
        await pieces.work()
        thread = await store.inbox.thread_by_igsid(stage.seeded.workspace_id, "7001", None)
        runs = await pieces.runs()
    assert thread is not None and [(run.state, run.waiting_for) for run in runs] == [("waiting", "time")]
    return thread, runs[0]


async def _fill(stage: Stage, pattern: tuple[Thread, RunRecord], waits: list[float]) -> None:
    """A contact, a conversation and a run for each wait, in seconds from now."""
    now, monotonic = SystemClock().now(), time.monotonic()
    async with _opened(stage) as store:
        for first in range(0, len(waits), _CHUNK):
            chunk = waits[first : first + _CHUNK]
            await store.database.write(_write, [_sleeper(pattern, wait, now, monotonic) for wait in chunk])


def _sleeper(pattern: tuple[Thread, RunRecord], wait: float, now: dt.datetime, monotonic: float) -> Checkpoint:
    (conversation, contact), run = (pattern[0].conversation, pattern[0].contact), pattern[1]
    igsid = new_id("ig")
    lane = f"{contact.account_id}:{igsid}"
    due = {"due": f"{monotonic + wait:.6f}"}
    contact = replace(contact, id=new_id("con"), igsid=igsid, variables=due, profile_at=now)
    conversation = replace(conversation, id=new_id("cnv"), contact_id=contact.id, lane=lane)
    wake_at = now + dt.timedelta(seconds=wait)
    run = replace(run, id=new_id("run"), conversation_id=conversation.id, lane=lane, wake_at=wake_at, rev=0)
    return Checkpoint(lane, "", handled=[], contact=contact, conversation=conversation, runs=[run])


def _write(connection: Connection, sleepers: list[Checkpoint]) -> None:
    writing.write_contacts(connection, sleepers)
    writing.write_conversations(connection, sleepers, {one.lane: [] for one in sleepers})
    writing.write_runs(connection, sleepers)


async def _claims(stage: Stage) -> tuple[float, float]:
    """Seconds that a claim takes when 64 are due, and processor seconds: medians of the quietest of many rounds."""
    async with _opened(stage) as store:
        first = await store.queue.next_due(SystemClock().now())
        assert first is not None
        now, until = first + dt.timedelta(seconds=_LANES - 1), first + dt.timedelta(days=1)
        rounds = [[await _claim(store, now, until) for _ in range(_CLAIMS)] for _ in range(_ROUNDS)]
    return min((statistics.median(row[0] for row in one), statistics.median(row[1] for row in one)) for one in rounds)


async def _claim(store: SqlStore, now: dt.datetime, until: dt.datetime) -> tuple[float, float]:
    """Seconds and processor seconds of one claim; what it took is given back."""
    began, cpu = time.perf_counter(), time.process_time()
    works = await store.queue.claim_work("bench", now, until, _LANES)
    taken = time.perf_counter() - began, time.process_time() - cpu
    assert len(works) == _LANES
    await store.queue.checkpoint([Checkpoint(work.lane, "bench", handled=[]) for work in works])
    return taken


def _wake(stage: Stage, pattern: tuple[Thread, RunRecord]) -> list[float]:
    """Seconds from the moment of each run that comes due to its message at the sink, in order of size."""
    asyncio.run(_fill(stage, pattern, [_LEAD + number / RATE for number in range(DUE)]))
    stage.start()
    received = stage.drained(DUE, _LEAD + DUE / RATE + _PATIENCE)
    stage.settled()
    counts = Counter(recipient for recipient, _, _ in stage.drained(DUE + 1, 2))
    assert len(counts) == DUE and set(counts.values()) == {1}, f"{len(counts)} of {DUE} were told, some more than once"
    lateness = sorted(at - float(text.split()[1]) for _, text, at in received)
    assert lateness[0] >= 0, "a run was woken before its time"
    return lateness


@asynccontextmanager
async def _opened(stage: Stage) -> AsyncIterator[SqlStore]:
    store = SqlStore(SqliteBackend(make_url(f"sqlite:///{stage.database}")))
    await store.start()
    try:
        yield store
    finally:
        await store.close()
