"""What the runtime moves: events in, runs, messages out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import structlog

from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.store import records as r
from instantchat.store.ports import Ingested
from instantchat.store.sql import calls, checkpoint, due, sends, unknown, work
from instantchat.store.sql.database import Database
from instantchat.store.sql.ingest import ingest
from instantchat.store.sql.prune import prune

log = structlog.get_logger(__name__)


class SqlQueue:
    """`ports.QueueStore` over SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def ingest(self, events: Sequence[r.NewEvent]) -> list[Ingested]:
        return await self._database.write(ingest, events)

    async def claim_work(self, owner: str, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.Work]:
        return await self._database.write(work.claim_work, owner, now, until, limit)

    async def checkpoint(self, checkpoints: Sequence[r.Checkpoint]) -> list[bool]:
        """As the port says. When one lane makes the batch fail, each is stored alone; the one that fails answers False,
        is logged, and keeps its lease until that runs out, so that it is not tried again at once."""
        try:
            return await self._store(checkpoints)
        except Unavailable:
            raise
        except Exception as error:
            if len(checkpoints) == 1:
                log.error("checkpoint_failed", lane=checkpoints[0].lane, reason=_reason(error))
                return [False]
        return [(await self.checkpoint([one]))[0] for one in checkpoints]

    async def claim_calls(self, owner: str, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.RunRecord]:
        return await self._database.write(calls.claim_calls, now, until, limit)

    async def add_result(self, run: r.RunRecord, event: r.NewEvent) -> bool:
        return await self._database.write(calls.add_result, run, event)

    async def claim_sends(
        self,
        owner: str,
        now: dt.datetime,
        until: dt.datetime,
        limit: int,
        *,
        per_account: int,
        excluded: Collection[str],
    ) -> list[r.Send]:
        return await self._database.write(sends.claim_sends, owner, now, until, limit, per_account, excluded)

    async def settle_sends(self, results: Sequence[r.SendResult], now: dt.datetime) -> list[r.Message]:
        return await self._database.write(sends.settle_sends, results)

    async def expire_sends(self, now: dt.datetime, limit: int) -> list[r.Message]:
        return await self._database.write(sends.expire_sends, now, limit)

    async def claim_unknown(self, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.UnknownSend]:
        return await self._database.write(unknown.claim_unknown, now, until, limit)

    async def settle_unknown(self, message_id: str, mid: str) -> r.Message | None:
        return await self._database.write(unknown.settle_unknown, message_id, mid)

    async def look_later(self, message_id: str, at: dt.datetime | None) -> None:
        await self._database.write(unknown.look_later, message_id, at)

    async def known_mids(self, account_id: str, mids: Collection[str]) -> set[str]:
        return await self._database.read(unknown.known_mids, account_id, mids)

    async def next_due(self, now: dt.datetime) -> dt.datetime | None:
        return await self._database.read(due.next_due, now)

    async def prune(self, before: dt.datetime, limit: int) -> int:
        return await self._database.write(prune, before, limit)

    async def waiting(self, workspace_id: str, now: dt.datetime, limit: int) -> int:
        return await self._database.read(due.waiting, workspace_id, now, limit)

    async def backlog(self) -> dict[str, int]:
        return await self._database.read(due.backlog)

    async def _store(self, checkpoints: Sequence[r.Checkpoint]) -> list[bool]:
        return await self._database.write(checkpoint.store, checkpoints, self._clock.now()) if checkpoints else []


def _reason(error: Exception) -> str:
    """What failed, without values: a message's text must not reach the log."""
    origin = getattr(error, "orig", None)
    return f"{type(error).__name__}: {str(origin).splitlines()[0]}" if origin else type(error).__name__
