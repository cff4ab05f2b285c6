"""Nothing lost, nothing doubled, nothing out of order, whatever Instagram and the machine do meanwhile."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.chaos.crowd import AT_ONCE, Crowd
from tests.chaos.flows import graphs
from tests.chaos.ledger import Ledger, closed
from tests.chaos.stage import staged
from tests.chaos.weather import Weather
from tests.postgres.owner import Owner
from tests.support.postgres import postgres_server
from tests.support.scale import SOAK, part_of

KILLS = 2
LONGEST = 1_200.0 if SOAK else 150.0
SETTLE_SECONDS = 90.0
LEASE_SECONDS = 35.0  # how long what a killed server held stays held, where it is not alone with its database
Ask = Callable[[str], int]

pytestmark = [pytest.mark.slow]


async def test_every_conversation_ends_with_exactly_its_messages(tmp_path: Path) -> None:
    database = tmp_path / "instantchat.db"
    await _play(
        tmp_path,
        partial(_ask_sqlite, database),
        conversations=part_of(2_000),
        patience=45.0 if SOAK else 20.0,
        kill_every=6.0 if SOAK else 4.0,
    )


@pytest.mark.xdist_group("postgres")
@pytest.mark.skipif(not SOAK, reason="minutes, as each kill holds its conversations up for 35 s: `make soak` runs it")
async def test_on_postgresql_too(tmp_path: Path) -> None:
    with postgres_server() as postgres:
        url = postgres.create("chaos")
        await _play(
            tmp_path,
            lambda query: int(str(postgres.run(query, "chaos")[0][0])),
            conversations=400,
            patience=3 * LEASE_SECONDS,
            kill_every=LEASE_SECONDS / 2,
            database_url=url,
        )


async def _play(
    data_dir: Path, ask: Ask, *, conversations: int, patience: float, kill_every: float, **settings: str
) -> None:
    number = int(os.environ.get("INSTANTCHAT_TEST_SEED", random.SystemRandom().randrange(10**6)))
    print(f"INSTANTCHAT_TEST_SEED={number}")
    began = time.monotonic()
    async with staged(data_dir, **settings) as (server, instagram, owner):
        await _activate(owner)
        weather = Weather(instagram, server, random.Random(number), kill_every)
        crowd = Crowd(instagram, owner.ig_id, patience)
        weather.begin()
        try:
            async with asyncio.timeout(LONGEST):
                await crowd.live(conversations)
                while weather.kills < KILLS:  # a fast machine was through before it was killed often enough
                    await crowd.live(AT_ONCE)
        finally:
            await weather.end()
        await _settled(ask)
        ledger = await closed(instagram, owner, crowd.customers)
    _print(ledger, weather, ask, time.monotonic() - began)
    assert ledger.customers == len(crowd.customers) >= conversations
    assert ledger.wrong == []
    assert ask("SELECT count(*) FROM events WHERE state <> 'handled'") == 0


async def _activate(owner: Owner) -> None:
    for name, graph in graphs().items():
        saved = await owner.http.post("/api/flow/save", json={"name": name, **graph})
        active = await owner.http.post(f"/api/flow/{saved.json()['id']}/activate")
        assert active.is_success, active.text


async def _settled(ask: Ask) -> None:
    """Return once nothing waits; another process' database has no event to wait for."""
    async with asyncio.timeout(SETTLE_SECONDS):
        while ask(_WAITING):  # noqa: ASYNC110
            await asyncio.sleep(0.2)


_WAITING = (
    "SELECT (SELECT count(*) FROM events WHERE state = 'pending') + "
    "(SELECT count(*) FROM messages WHERE status IN ('queued', 'sending'))"
)


def _ask_sqlite(database: Path, query: str) -> int:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def _print(ledger: Ledger, weather: Weather, ask: Ask, seconds: float) -> None:
    retried = ask("SELECT coalesce(sum(attempts - 1), 0) FROM messages WHERE attempts > 1")
    rows = {
        "conversations": ledger.customers,
        "of which went to their end": ledger.content,
        "SIGKILLs": weather.kills,
        "changes of weather": weather.seen.total(),
        "events stored": ask("SELECT count(*) FROM events"),
        "messages on phones": ledger.got,
        "public replies": ledger.public_replies,
        **{f"product: {status}": count for status, count in sorted(ledger.statuses.items())},
        "unknown and there": ledger.unknown_delivered,
        "unknown and not there": ledger.unknown_missing,
        "further attempts": retried,
        "wrong": len(ledger.wrong),
        "seconds": round(seconds),
    }
    print("\n".join(f"{what:<28}{figure:>8,}" for what, figure in rows.items()))
    print("\n".join(f"  {count:>6} {reason}" for reason, count in ledger.reasons.most_common()))
    print("\n".join(ledger.wrong[:20]))
