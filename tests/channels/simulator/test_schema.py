"""A state file of the first version, from before posts and switches, still opens with all it holds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.channels.simulator.world import a_world

_FIRST = """
CREATE TABLE accounts (
    user_id TEXT PRIMARY KEY, app_scoped_id TEXT NOT NULL UNIQUE, username TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    account_type TEXT NOT NULL, subscribed_fields TEXT NOT NULL DEFAULT '');
CREATE TABLE customers (igsid TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE threads (
    user_id TEXT NOT NULL, igsid TEXT NOT NULL, customer_wrote_at REAL NOT NULL, PRIMARY KEY (user_id, igsid));
INSERT INTO accounts VALUES ('17841000000000001', '2000000000000001', 'sunny.bakery', 'Old Bakery', 'BUSINESS', '');
INSERT INTO customers VALUES ('500000000000001', 'ana.silva', 'Ana Silva');
INSERT INTO threads VALUES ('17841000000000001', '500000000000001', 1767268800.0);
"""


async def test_an_old_file_is_brought_up_to_date(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "simulator.db") as connection:
        connection.executescript(_FIRST)
    async with a_world(tmp_path) as world:
        assert world.account_id == "17841000000000001"
        thread = await world.api("GET", f"threads/{world.account_id}/500000000000001")
        assert thread["windowExpiresAt"] == "2026-01-02T12:00:00.000Z"
        assert (await world.raw_send({"recipient": {"id": "500000000000001"}, "message": {"text": "x"}}))[0] == 200
        assert (await world.graph("GET", "500000000000001"))[1]["name"] == "Ana Silva"
        assert [post["kind"] for post in await world.posts("REELS")] == ["REELS"]
