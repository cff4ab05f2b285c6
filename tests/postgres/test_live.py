"""What happens in one server is live at the other one, over NOTIFY."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from instantchat.kit.crypto import new_key
from instantchat.kit.ids import new_token
from tests.postgres.owner import Owner, live_texts, signed_up
from tests.postgres.processes import eventually, running
from tests.support.postgres import PostgresServer
from tests.support.server import ServerProcess

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]
Heard = list[tuple[str, Any]]


async def test_both_servers_tell_the_same(tmp_path: Path, postgres: PostgresServer, url: str) -> None:
    shared = {"database_url": url, "encryption_keys": new_key(), "secret_key": new_token()}
    here = ServerProcess(tmp_path / "here", "--api-only", **shared)
    there = ServerProcess(tmp_path / "there", "--api-only", **shared, simulator="false")
    async with running(here, there), signed_up(here.url) as owner, signed_up(here.url, "eve@example.com") as eve:
        await owner.connect()
        igsid = await owner.customer("bob")
        async with owner.socket() as near, owner.socket(there.url) as far, eve.socket(there.url) as foreign:
            await _write(owner, igsid, "Hello", near, far)
            await _say_typing(owner, far)
            postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%live'")
            await asyncio.to_thread(_listeners_are_back, postgres)
            await _write(owner, igsid, "Still there?", near, far)
            assert _seqs(far) == sorted(set(_seqs(far)))
        assert foreign == []


async def _write(owner: Owner, igsid: str, text: str, *sockets: Heard) -> None:
    """A customer writes: each socket hears the message once, and the conversation with it."""
    await owner.write(igsid, text)
    for heard in sockets:
        await eventually(lambda heard=heard: _has(heard, text), f"{text!r} on the socket")
        assert sum(event == "message" and data["message"]["text"] == text for event, data in heard) == 1


async def _has(heard: Heard, text: str) -> bool:
    talks = [data["conversation"]["lastMessage"]["text"] for event, data in heard if event == "conversation"]
    return text in live_texts(heard) and text in talks


async def _say_typing(owner: Owner, far: Heard) -> None:
    talk = (await owner.inbox())[0]["id"]
    async with owner.asking() as client:
        answer = await client.call("typing", {"conversationId": talk, "isTyping": True}, timeout=15)
    assert answer["ok"]

    async def came() -> bool:
        return any(event == "typing" and data["conversationId"] == talk and data["isTyping"] for event, data in far)

    await eventually(came, "typing at the other server")


def _listeners_are_back(postgres: PostgresServer, processes: int = 2) -> None:
    """Return once each process listens again, with a connection that is younger than the cut."""

    async def look() -> bool:
        query = "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE '%live' AND query LIKE 'LISTEN%'"
        return len(postgres.run(query)) == processes

    asyncio.run(eventually(look, "everybody listens again"))


def _seqs(heard: Sequence[tuple[str, Any]]) -> list[int]:
    return [data["seq"] for _, data in heard if "seq" in data]
