"""What people asked Meta to have deleted here is deleted, a bounded number of rows at a time."""

from __future__ import annotations

import asyncio

import structlog

from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.runtime.live import LiveEvent, Publisher
from instantchat.runtime.scheduler import Signal
from instantchat.store.ports import DeletionStore

log = structlog.get_logger(__name__)

_AT_ONCE = 500
_IDLE = 30.0  # another process may have taken a request
_BREATH = 0.05  # between two steps, so that webhooks come in between
_RETRY = 5.0


class Deletions:
    """`signal` says that there may be something to delete. What was begun is gone on with after a restart: how far it
    is stands in the database."""

    def __init__(self, store: DeletionStore, clock: Clock, publisher: Publisher, signal: Signal) -> None:
        self._store = store
        self._clock = clock
        self._publisher = publisher
        self._signal = signal

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.carry_out()
            except Unavailable as error:
                log.warning("deletions_wait", reason=error.message)
                await asyncio.sleep(_RETRY)
                continue
            except Exception:
                log.exception("deletions_failed")
                await asyncio.sleep(_RETRY)
                continue
            await self._signal.heard(_IDLE)

    async def carry_out(self) -> None:
        """Delete all there is to delete now, in small transactions; pages are told when an account is gone."""
        while (step := await self._store.erase(self._clock.now(), _AT_ONCE)) is not None:
            for account in step.accounts:
                self._publisher.publish(LiveEvent(account.workspace_id, "account", account))
            if step.deletion.state == "done":
                log.info("deletion_done", rows=step.deletion.rows)
            await asyncio.sleep(_BREATH)
