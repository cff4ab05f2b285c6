"""Messages go out: claimed durably, called at once, settled durably.

A message is `sending` from before its call until its outcome is stored. Whoever dies in between leaves it so, and when
its claim runs out it becomes `unknown`: it is never sent again blindly.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence

import structlog

from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.kit.ids import new_id
from instantchat.runtime.batcher import Batcher
from instantchat.runtime.live import LiveEvent, Publisher
from instantchat.runtime.pace import Pace
from instantchat.runtime.scheduler import Scheduler, Signal
from instantchat.runtime.sending import CALL_SECONDS, FIRST_LOOK, Ended, Sender
from instantchat.runtime.tally import Tally
from instantchat.store.ports import Store
from instantchat.store.records import Message, Send, SendResult

log = structlog.get_logger(__name__)

CLAIM = dt.timedelta(seconds=CALL_SECONDS + 15)
IN_FLIGHT = 64
BUSY = 8  # a claim of so many means load: then the next one gathers for a moment, as a big claim costs little more
GATHER = 0.01
_EXPIRED_AT_ONCE = 500
_EXPIRE_EVERY = 5.0
_RETRY = 1.0


class Outbox:
    """`signal` wakes it: a message was queued, or one became due."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        publisher: Publisher,
        sender: Sender,
        pace: Pace,
        tally: Tally,
        scheduler: Scheduler,
        signal: Signal,
    ) -> None:
        self._store = store
        self._clock = clock
        self._publisher = publisher
        self._sender = sender
        self._pace = pace
        self._tally = tally
        self._scheduler = scheduler
        self._signal = signal
        self._settle: Batcher[SendResult, Message | None] = Batcher(self._settle_batch, max_batch=IN_FLIGHT)
        self._calls: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._expired_at: dt.datetime | None = None

    def stop(self) -> None:
        """Claim no more; `run` returns when the calls under way are settled."""
        self._stopping = True
        self._signal.ring()

    async def recover(self) -> None:
        """What a dead process was sending is `unknown` at once. Only for one that is alone with its database."""
        await self._expire(self._clock.now() + CLAIM)

    async def run(self) -> None:
        """Until `stop()`."""
        try:
            while not self._stopping:
                try:
                    pause = await self.send_batch()
                except Unavailable as error:
                    log.warning("outbox_waits", reason=error.message)
                    await asyncio.sleep(_RETRY)
                    continue
                except Exception:
                    log.exception("outbox_round_failed")
                    await asyncio.sleep(_RETRY)
                    continue
                if pause is None or pause > 0:
                    await self._signal.heard(pause)
        finally:
            await self.calls_ended()

    async def send_batch(self) -> float | None:
        """Claim what may go out now and start its calls; for how long to wait for the signal (0: not at all)."""
        await self._expire_some()
        room = IN_FLIGHT - len(self._calls)
        if room < IN_FLIGHT // 2:
            return None  # the end of a call rings
        per_account, excluded, wait = self._pace.allowance()
        owner, now = new_id("claim"), self._clock.now()
        sends = await self._store.queue.claim_sends(
            owner, now, now + CLAIM, room, per_account=min(per_account, room), excluded=excluded
        )
        self._pace.spend(send.account.id for send in sends)
        for send in sends:
            call = asyncio.create_task(self._send(send, owner))
            self._calls.add(call)
            call.add_done_callback(self._call_ended)
        if len(sends) >= BUSY:
            await asyncio.sleep(GATHER)
        return 0 if sends else wait

    async def _send(self, send: Send, owner: str) -> None:
        try:
            ended = await self._sender.send(send, owner)
        except Exception:
            log.exception("send_failed", message_id=send.message.id)
            text = "Sending failed for a reason inside InstantChat; the log has it."
            ended = Ended(
                SendResult(
                    message_id=send.message.id,
                    owner=owner,
                    status="unknown",
                    error_code="internal_error",
                    error_text=text,
                    look_at=self._clock.now() + FIRST_LOOK,
                )
            )
        await self._take_note(send, ended)
        await self._store_result(ended.result)
        self._scheduler.expect(ended.result.not_before)

    def _call_ended(self, call: asyncio.Task[None]) -> None:
        """There is room again, and perhaps a next message of the conversation. Rings after making room, never before:
        whoever hears it must see the room."""
        self._calls.discard(call)
        self._signal.ring()

    async def _take_note(self, send: Send, ended: Ended) -> None:
        """The account first: while it is not well, nothing of it is claimed."""
        if ended.usage is not None:
            self._pace.heed(send.account.id, ended.usage)
        if ended.blocked_for is not None:
            self._pace.block(send.account.id, ended.blocked_for)
        if ended.account_state is None or send.account.state == ended.account_state:
            return
        log.warning("account_halted", account_id=send.account.id, state=ended.account_state)
        try:
            account = await self._store.accounts.set_state(send.account.id, ended.account_state, ended.reason)
        except Unavailable as error:
            self._pace.block(send.account.id, _EXPIRE_EVERY)
            log.warning("account_state_not_stored", account_id=send.account.id, reason=error.message)
            return
        if account is not None:
            self._publisher.publish(LiveEvent(account.workspace_id, "account", account))

    async def _store_result(self, result: SendResult) -> None:
        """Until the claim has run out, when the message counts as `unknown` anyway."""
        until = self._clock.now() + CLAIM
        while True:
            try:
                await self._settle.submit([result])
                return
            except Unavailable as error:
                if self._clock.now() > until or self._stopping:
                    log.error("outcome_not_stored", message_id=result.message_id, status=result.status)
                    return
                log.warning("outcome_waits", message_id=result.message_id, reason=error.message)
                await asyncio.sleep(_RETRY)

    async def _settle_batch(self, results: list[SendResult]) -> Sequence[Message | None]:
        now = self._clock.now()
        stored = {message.id: message for message in await self._store.queue.settle_sends(results, now)}
        for message in stored.values():
            self._publisher.publish(LiveEvent(message.workspace_id, "message", message))
            if message.status == "sent":
                self._tally.add(message.workspace_id, "messages_out")
            elif message.status in ("rejected", "unknown"):
                self._tally.add(message.workspace_id, "send_failures")
        return [stored.get(result.message_id) for result in results]

    async def _expire_some(self) -> None:
        """Every few seconds, while there is anything to do at all."""
        now = self._clock.now()
        if self._expired_at is None or (now - self._expired_at).total_seconds() >= _EXPIRE_EVERY:
            self._expired_at = now
            await self._expire(now)

    async def _expire(self, now: dt.datetime) -> None:
        while True:
            expired = await self._store.queue.expire_sends(now, _EXPIRED_AT_ONCE)
            for message in expired:
                log.warning("send_unknown", message_id=message.id)
                self._publisher.publish(LiveEvent(message.workspace_id, "message", message))
                self._tally.add(message.workspace_id, "send_failures")
            if len(expired) < _EXPIRED_AT_ONCE:
                return

    async def calls_ended(self) -> None:
        """Return when the calls under way have ended and are settled."""
        if self._calls:
            await asyncio.wait(self._calls)
        await self._settle.settled()
