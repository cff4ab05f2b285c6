"""Carries what happens between the processes of one PostgreSQL database, over NOTIFY: ids only, the row is read again.

A courtesy, as everything live: whoever may have missed something is told to read the database again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import psycopg
import structlog

from instantchat.errors import Unavailable
from instantchat.kit.ids import new_id
from instantchat.realtime.hub import Hub
from instantchat.realtime.rows import address_of, read_again
from instantchat.runtime.live import LiveEvent
from instantchat.store.ports import Store

CHANNEL = "instantchat_live"
KEPT = 10_000  # notes that wait for the database
BATCH = 500
_SECONDS = 10.0
_AGAIN = 1.0
_FLUSH_SECONDS = 1.0
_MISSED = ["*"]
_SEND = "SELECT pg_notify(%s, note) FROM unnest(%s::text[]) AS note"

log = structlog.get_logger(__name__)


class Relay:
    """Between `start` and `stop` the hub hears what other processes publish, and they hear it.

    A note is `[process, kind, workspace, ids...]`. What this process sent itself is passed over; what nobody here
    listens to is not read, only counted as missed.
    """

    def __init__(self, hub: Hub, store: Store, url: str) -> None:
        self._hub = hub
        self._store = store
        self._url = url
        self._process = new_id("prc")
        self._notes: list[str] = []
        self._has_notes = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin, in the background: a database that is away delays nobody."""
        self._hub.on_publish = self._publish
        self._all_sent.set()
        self._tasks = [asyncio.create_task(self._forever(part)) for part in (self._send, self._listen)]

    async def stop(self) -> None:
        """Send what still waits, within a second, and end."""
        self._hub.on_publish = None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._all_sent.wait(), _FLUSH_SECONDS if self._tasks else 0)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def _publish(self, event: LiveEvent) -> None:
        address = address_of(event)
        if address is not None:
            self._put([event.kind, event.workspace_id, *address])

    def _put(self, note: Sequence[Any]) -> None:
        if len(self._notes) >= KEPT:
            self._notes.clear()
            note = _MISSED
        self._notes.append(json.dumps([self._process, *note]))
        self._all_sent.clear()
        self._has_notes.set()

    async def _forever(self, part: Callable[[psycopg.AsyncConnection[Any]], Coroutine[Any, Any, None]]) -> None:
        """Do `part` with a connection of its own, with a new one when that breaks."""
        while True:
            try:
                async with asyncio.timeout(_SECONDS):
                    connection = await _connected(self._url)
                async with connection:
                    await part(connection)
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("live_relay_waits", reason=(str(error).splitlines() or [type(error).__name__])[0])
            except Exception:
                log.exception("live_relay_failed")
            await asyncio.sleep(_AGAIN)

    async def _send(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            await self._has_notes.wait()
            batch, self._notes = self._notes[:BATCH], self._notes[BATCH:]
            try:
                async with asyncio.timeout(_SECONDS):
                    await connection.execute(_SEND, (CHANNEL, list(dict.fromkeys(batch))))
            except BaseException:
                self._notes[:0] = batch
                raise
            if not self._notes:
                self._has_notes.clear()
                self._all_sent.set()

    async def _listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        await connection.execute(f"LISTEN {CHANNEL}")
        self._hub.miss()  # what was said before is not repeated
        async for note in connection.notifies():
            process, kind, *rest = json.loads(note.payload)
            if process != self._process:
                await self._hear(kind, rest)

    async def _hear(self, kind: str, rest: list[str]) -> None:
        if [kind] == _MISSED:
            self._hub.miss()
            return
        workspace_id, *address = rest
        if not self._hub.is_heard(workspace_id):
            self._hub.miss(workspace_id)
            return
        try:
            event = await read_again(self._store, kind, workspace_id, address)
        except Unavailable:
            self._hub.miss(workspace_id)
            return
        if event is not None:
            self._hub.tell(event)


async def _connected(url: str) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(
        url,
        autocommit=True,
        connect_timeout=5,
        application_name="instantchat live",
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )
