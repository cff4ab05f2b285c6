# ruff: noqa: S101 - a program for the terminal
"""A replay of 10,000 events: how long a draft takes to go through them, reading and comparing included."""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.row import Row
from instantchat.features.auth.member import Member
from instantchat.features.trial.schemas import ReplayOut
from instantchat.features.trial.service import TrialService
from instantchat.kit.clock import ManualClock, SystemClock
from instantchat.kit.crypto import Vault, new_key
from instantchat.kit.ids import new_id
from instantchat.store.connect import open_store
from instantchat.store.records import NewEvent
from tests.runtime.conftest import Stage
from tests.support.seed import keyword_flow, publish, seed

EVENTS = 10_000
BUDGET = 10.0
_FLOWS = 10
_CONTACTS = 1_000
_BATCH = 500


def rows(build: Path) -> list[Row]:
    """On a SQLite file in a folder of its own under `build`."""
    with tempfile.TemporaryDirectory(dir=build) as folder:
        report = asyncio.run(measure(Path(folder)))
    figure = f"{report.seconds:.1f} s, {report.changed:,} of {report.started:,} answers changed"
    return [Row(f"replay of {report.events:,} events", figure, f"≤ {BUDGET:g} s", report.seconds <= BUDGET)]


async def measure(folder: Path, events: int = EVENTS) -> ReplayOut:
    """Ten flows; every second event was answered by the one that is replayed, whose draft answers otherwise."""
    clock = ManualClock(SystemClock().now() - dt.timedelta(days=1))
    store = open_store(f"sqlite:///{folder / 'replay.db'}", clock=clock)
    await store.start()
    try:
        vault = Vault([new_key()])
        stage = Stage(store, clock, vault, await seed(store, vault, None))
        workspace_id = stage.seeded.workspace_id
        for number in range(1, _FLOWS):
            await publish(store, workspace_id, keyword_flow(f"topic {number}", "Hello"), name=f"Topic {number}")
        flow_id = await publish(store, workspace_id, keyword_flow("price", "It was {{message.text}}"), name="Prices")
        await _happen(stage, events)
        flow = await store.flows.flow(workspace_id, flow_id)
        assert flow is not None
        draft = replace(flow, graph=keyword_flow("price", "It is {{message.text}}"), revision=2)
        assert await store.flows.update(draft, 1) == "saved"
        member = Member("usr", workspace_id, "owner", "Owner", "owner@example.com", "ses")
        report = await TrialService(store, SystemClock()).replay(member, flow_id, events)
    finally:
        await store.close()
    assert (report.events, report.started, report.changed) == (events, events // 2, events // 2)
    return report


async def _happen(stage: Stage, events: int) -> None:
    """Taken in and handled by a worker, as they are in a server."""
    for first in range(0, events, _BATCH):
        numbers = range(first, min(first + _BATCH, events))
        assert set(await stage.store.queue.ingest([_event(stage, number) for number in numbers])) == {"new"}
        await stage.work()
        stage.pass_time(minutes=1)


def _event(stage: Stage, number: int) -> NewEvent:
    now = stage.clock.now()
    return NewEvent(
        id=new_id("evt"),
        ig_user_id=stage.seeded.ig_user_id,
        igsid=str(7_000_000 + number % _CONTACTS),
        kind="message",
        natural_key=f"message:bench-{number}",
        payload={"mid": f"bench-{number}", "text": f"{'the price' if number % 4 < 2 else 'a question'} {number}"},
        at=now,
        received_at=now,
    )
