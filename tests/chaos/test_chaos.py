"""Nothing lost, nothing doubled, nothing out of order, whatever Instagram and the machine do meanwhile."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import time
from pathlib import Path

import pytest

from tests.chaos.crowd import Crowd
from tests.chaos.flows import graphs
from tests.chaos.ledger import Ledger, closed
from tests.chaos.stage import staged
from tests.chaos.weather import Weather
from tests.postgres.owner import Owner
from tests.support.scale import SOAK, part_of

CONVERSATIONS = part_of(2_000)
PATIENCE = 45.0 if SOAK else 20.0
KILL_EVERY = 6.0 if SOAK else 4.0
LONGEST = 1_200.0 if SOAK else 150.0
SETTLE_SECONDS = 90.0

pytestmark = [pytest.mark.slow]


async def test_every_conversation_ends_with_exactly_its_messages(tmp_path: Path) -> None:
    number = int(os.environ.get("INSTANTCHAT_TEST_SEED", random.SystemRandom().randrange(10**6)))
    print(f"INSTANTCHAT_TEST_SEED={number}")
    began = time.monotonic()
    async with staged(tmp_path) as (server, instagram, owner):
        await _activate(owner)
        weather = Weather(instagram, server, random.Random(number), KILL_EVERY)
        crowd = Crowd(instagram, owner.ig_id, PATIENCE)
        weather.begin()
        try:
            async with asyncio.timeout(LONGEST):
                await crowd.live(CONVERSATIONS)
        finally:
            await weather.end()
        await _settled(tmp_path)
        ledger = await closed(instagram, owner, crowd.customers)
    _print(ledger, weather, tmp_path, time.monotonic() - began)
    assert ledger.customers == CONVERSATIONS
    assert ledger.wrong == []
    assert weather.kills >= 2
    assert _ask(tmp_path, "SELECT count(*) FROM events WHERE state <> 'handled'") == 0


async def _activate(owner: Owner) -> None:
    for name, graph in graphs().items():
        saved = await owner.http.post("/api/flow/save", json={"name": name, **graph})
        active = await owner.http.post(f"/api/flow/{saved.json()['id']}/activate")
        assert active.is_success, active.text


async def _settled(data_dir: Path) -> None:
    """Return once nothing waits; another process' database has no event to wait for."""
    async with asyncio.timeout(SETTLE_SECONDS):
        while _ask(data_dir, _WAITING):  # noqa: ASYNC110
            await asyncio.sleep(0.2)


_WAITING = (
    "SELECT (SELECT count(*) FROM events WHERE state = 'pending') + "
    "(SELECT count(*) FROM messages WHERE status IN ('queued', 'sending'))"
)


def _ask(data_dir: Path, query: str) -> int:
    connection = sqlite3.connect(f"file:{data_dir / 'instantchat.db'}?mode=ro", uri=True, timeout=10)
    try:
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def _print(ledger: Ledger, weather: Weather, data_dir: Path, seconds: float) -> None:
    retried = _ask(data_dir, "SELECT coalesce(sum(attempts - 1), 0) FROM messages WHERE attempts > 1")
    rows = {
        "conversations": ledger.customers,
        "of which went to their end": ledger.content,
        "SIGKILLs": weather.kills,
        "changes of weather": weather.seen.total(),
        "events stored": _ask(data_dir, "SELECT count(*) FROM events"),
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
