"""The main job on PostgreSQL: from signing up to an automated reply, seen on the phone, over REST and live."""

from __future__ import annotations

from pathlib import Path

import pytest

from instantchat.kit.crypto import new_key
from tests.postgres.owner import Owner, live_texts, signed_up
from tests.postgres.processes import WorkerProcess, eventually, running, seconds_to_stop
from tests.support.server import ServerProcess

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]
DIALOGUE = [("in", "I want to order"), ("out", "Thanks, we got: I want to order")]


async def test_one_process(tmp_path: Path, url: str) -> None:
    server = ServerProcess(tmp_path, "--api-only", database_url=url)
    async with running(server), signed_up(server.url) as owner:
        await _set_up(owner)
        async with owner.socket() as heard:
            await _order(owner)
            await eventually(lambda: _heard(heard), "both messages on the socket")
        assert await seconds_to_stop(server) < 10


async def test_web_and_worker_apart(tmp_path: Path, url: str) -> None:
    shared = {"database_url": url, "encryption_keys": new_key()}
    server = ServerProcess(tmp_path / "web", "--api-only", "--no-worker", **shared)
    worker = WorkerProcess(tmp_path / "worker", server.port, **shared)
    async with running(server, worker), signed_up(server.url) as owner:
        await _set_up(owner)
        async with owner.socket() as heard:  # what the worker does is live at the web server
            await _order(owner)
            await eventually(lambda: _heard(heard), "both messages on the socket")
        assert await seconds_to_stop(worker) < 10
        assert await seconds_to_stop(server) < 10
    assert not list((tmp_path / "worker").glob("simulator.db*"))  # a second one would deliver everything again


async def _set_up(owner: Owner) -> None:
    await owner.connect()
    await owner.activate("order", "Thanks, we got: {{message.text}}")


async def _order(owner: Owner) -> None:
    """A customer writes; the reply is on the phone and in the inbox, recorded as sent."""
    igsid = await owner.customer("bob")
    await owner.write(igsid, "I want to order")

    async def on_phone() -> bool:
        return await owner.phone(igsid) == DIALOGUE

    async def in_inbox() -> bool:
        found = await owner.inbox()
        if not found or found[0]["contact"]["username"] != "bob":  # the profile is asked for beside the reply
            return False
        return await owner.texts(found[0]["id"]) == [
            ("in", "received", DIALOGUE[0][1]),
            ("out", "sent", DIALOGUE[1][1]),
        ]

    await eventually(on_phone, "the reply on the phone")
    await eventually(in_inbox, "both messages in the inbox")
    assert (await owner.inbox())[0]["lastMessage"]["text"] == DIALOGUE[1][1]


async def _heard(heard: list[tuple[str, object]]) -> bool:
    return live_texts(heard) == [text for _, text in DIALOGUE]
