"""Conversations, contacts and messages, as people read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from instantchat.kit.clock import Clock
from instantchat.store import records as r
from instantchat.store.sql import enqueue, history, replay, threads
from instantchat.store.sql.database import Database
from instantchat.store.sql.rows import EVENTS, MESSAGES, RUNS
from instantchat.store.sql.tables.inbox import messages
from instantchat.store.sql.tables.queue import events, runs
from instantchat.store.sql.writing import insert_notes


class SqlInbox:
    """`ports.InboxStore` over SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def conversations(
        self, workspace_id: str, *, limit: int, cursor: str | None, search: str | None = None, status: str | None = None
    ) -> r.Page[r.Thread]:
        return await self._database.read(threads.page, workspace_id, limit, cursor, search, status)

    async def total_unread(self, workspace_id: str) -> int:
        return await self._database.read(threads.total_unread, workspace_id)

    async def thread(self, workspace_id: str, conversation_id: str) -> r.Thread | None:
        return await self._database.read(threads.one, workspace_id, conversation_id)

    async def thread_by_igsid(self, workspace_id: str, igsid: str, account_id: str | None) -> r.Thread | None:
        return await self._database.read(threads.by_igsid, workspace_id, igsid, account_id)

    async def messages(
        self, workspace_id: str, conversation_id: str, *, limit: int, cursor: str | None
    ) -> r.Page[r.Message]:
        return await self._database.read(history.messages_page, workspace_id, conversation_id, limit, cursor)

    async def message(self, workspace_id: str, message_id: str) -> r.Message | None:
        t = messages.c
        return await self._database.read(MESSAGES.first, t.id == message_id, t.workspace_id == workspace_id)

    async def enqueue(self, message: r.Message, take_over: r.TakeOver | None) -> r.Enqueued:
        return await self._database.write(enqueue.enqueue, message, take_over)

    async def resend(self, message: r.Message, of: str, take_over: r.TakeOver | None) -> r.Resent | None:
        return await self._database.write(enqueue.resend, message, of, take_over)

    async def mark_read(self, workspace_id: str, conversation_id: str) -> r.Thread | None:
        return await self._database.write(threads.mark_read, workspace_id, conversation_id)

    async def patch_conversation(
        self, workspace_id: str, conversation_id: str, changes: Mapping[str, Any]
    ) -> r.Thread | None:
        return await self._database.write(threads.patch, workspace_id, conversation_id, changes, self._clock.now())

    async def opt_in(self, workspace_id: str, conversation_id: str) -> r.Thread | None:
        return await self._database.write(threads.opt_in, workspace_id, conversation_id, self._clock.now())

    async def set_profile(
        self, contact_id: str, *, name: str | None, username: str | None, picture_url: str | None, at: dt.datetime
    ) -> r.Contact | None:
        given = {"name": name, "username": username, "picture_url": picture_url}
        return await self._database.write(threads.set_profile, contact_id, given, at)

    async def runs(self, workspace_id: str, conversation_id: str, limit: int) -> list[r.RunRecord]:
        return await self._database.read(history.runs_of, workspace_id, conversation_id, limit)

    async def run(self, workspace_id: str, run_id: str) -> r.RunRecord | None:
        return await self._database.read(RUNS.first, runs.c.id == run_id, runs.c.workspace_id == workspace_id)

    async def events(self, workspace_id: str, conversation_id: str, limit: int) -> list[r.Event]:
        return await self._database.read(history.events_of, workspace_id, conversation_id, limit)

    async def event(self, workspace_id: str, event_id: str) -> r.Event | None:
        return await self._database.read(EVENTS.first, events.c.id == event_id, events.c.workspace_id == workspace_id)

    async def last_events(self, workspace_id: str, account_id: str) -> dict[str, dt.datetime]:
        return await self._database.read(history.last_events, workspace_id, account_id)

    async def notes(self, workspace_id: str, conversation_id: str, limit: int) -> list[r.Note]:
        return await self._database.read(history.notes_of, workspace_id, conversation_id, limit)

    async def add_note(self, note: r.Note) -> None:
        await self._database.write(insert_notes, [note])

    async def replay_events(self, workspace_id: str, kinds: Collection[str], limit: int) -> list[r.ReplayEvent]:
        return await self._database.read(replay.replay_events, workspace_id, kinds, limit)

    async def answers(self, workspace_id: str, event_ids: Collection[str]) -> dict[str, list[r.Message]]:
        return await self._database.read(replay.answers, workspace_id, event_ids)
