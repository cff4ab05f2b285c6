"""Carries the hub's events to the rooms of the Socket.IO server: one task, while anybody is connected."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import structlog

from instantchat.realtime.hub import Hub, Subscription
from instantchat.realtime.wire import Happening

_BACKLOG = 5_000
_MOST_UNSENT = 2_000
log = structlog.get_logger("instantchat.realtime")


def room_of(workspace_id: str) -> str:
    """The room of everybody connected to a workspace."""
    return f"workspace_{workspace_id}"


def room_of_member(member_id: str) -> str:
    """The room of one member's connections."""
    return f"user_{member_id}"


def _room_for(happening: Happening) -> str:
    return room_of(happening.workspace_id) if happening.member_id is None else room_of_member(happening.member_id)


class Bridge:
    """Listens to the workspaces that have connections, and emits each event once, in order."""

    def __init__(self, hub: Hub, sio: Any) -> None:
        self._hub = hub
        self._sio = sio
        self._connections: Counter[str] = Counter()
        self._sent: dict[str, int] = {}
        self._subscription = Subscription(_BACKLOG)
        self._task: asyncio.Task[None] | None = None

    def join(self, workspace_id: str) -> None:
        """One more connection of a workspace."""
        self._connections[workspace_id] += 1
        if self._connections[workspace_id] == 1:
            self._sent[workspace_id] = self._hub.since(workspace_id, 0).seq
            self._hub.listen(workspace_id, self._subscription)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._carry())

    def leave(self, workspace_id: str) -> None:
        """One connection of a workspace less."""
        self._connections[workspace_id] -= 1
        if self._connections[workspace_id] > 0:
            return
        del self._connections[workspace_id]
        self._sent.pop(workspace_id, None)
        self._hub.leave(workspace_id, self._subscription)
        if not self._connections and self._task:
            self._task.cancel()
            self._task = None

    async def _carry(self) -> None:
        while True:
            batch = await self._subscription.batch()
            try:
                await self._emit(batch)
                await self._drop_stalled({happening.workspace_id for happening in batch})
            except Exception:
                log.exception("live events could not be sent", count=len(batch))

    async def _emit(self, batch: list[Happening]) -> None:
        for happening in batch:
            if happening.kind == "resync":
                await self._catch_up()
            else:
                await self._emit_one(happening)

    async def _emit_one(self, happening: Happening) -> None:
        workspace_id = happening.workspace_id
        if workspace_id not in self._sent:
            return
        if happening.seq is not None:
            if happening.seq <= self._sent[workspace_id]:
                return
            self._sent[workspace_id] = happening.seq
        await self._sio.emit(happening.kind, happening.data, room=_room_for(happening))

    async def _catch_up(self) -> None:
        """After an overflow: send what the hub still keeps. Clients see from `seq` what is missing, and sync."""
        for workspace_id, sent in list(self._sent.items()):
            missed = self._hub.since(workspace_id, sent)
            for happening in missed.events:
                await self._emit_one(happening)
            self._sent[workspace_id] = max(missed.seq, sent)

    async def _drop_stalled(self, workspace_ids: set[str]) -> None:
        """Disconnect clients that do not read: what waits for them is kept in memory."""
        for workspace_id in workspace_ids:
            for sid, eio_sid in list(self._sio.manager.get_participants("/", room_of(workspace_id))):
                socket = self._sio.eio.sockets.get(eio_sid)
                if socket is not None and socket.queue.qsize() > _MOST_UNSENT:
                    log.warning("socket dropped: it does not read", sid=sid)
                    await self._sio.eio.disconnect(eio_sid)
