"""What flows ask other services: claimed, called, and answered with an event of the run's lane.

API calls go through the guarded client, questions for a language model to the operator's endpoint.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import orjson
import structlog

from instantchat.engine.effects import AskAi, CallApi, Effect
from instantchat.engine.plain import from_json
from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.kit.completions import CompletionFailed
from instantchat.kit.guard import CallFailed, GuardedClient
from instantchat.kit.ids import new_id
from instantchat.runtime.ai import Ai
from instantchat.runtime.automation import result_payload
from instantchat.runtime.runs import CALL, run_of
from instantchat.runtime.scheduler import Signal
from instantchat.store.ports import QueueStore
from instantchat.store.records import Json, NewEvent, RunRecord

log = structlog.get_logger(__name__)

LEASE = dt.timedelta(seconds=60)
AT_ONCE = 16
LONGEST = 30.0
_RETRY = 1.0


class Calls:
    """`signal` wakes it; `on_result` is told when a result is stored.

    A process that dies during a call leaves it to be made again: services can tell by the `Idempotency-Key` header,
    which is the same for the same step of the same run.
    """

    def __init__(
        self, queue: QueueStore, clock: Clock, client: GuardedClient, ai: Ai, signal: Signal, on_result: Signal
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._client = client
        self._ai = ai
        self._signal = signal
        self._on_result = on_result
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = False

    def stop(self) -> None:
        """Claim no more. Calls under way are abandoned after a while, to be made again."""
        self._stopping = True
        self._signal.ring()

    async def run(self) -> None:
        """Until `stop()`."""
        try:
            while not self._stopping:
                try:
                    claimed = await self._claim()
                except Unavailable as error:
                    log.warning("calls_wait", reason=error.message)
                    await asyncio.sleep(_RETRY)
                    continue
                except Exception:
                    log.exception("calls_claim_failed")
                    await asyncio.sleep(_RETRY)
                    continue
                if not claimed:
                    await self._signal.heard()
        finally:
            await self._drain()

    async def _claim(self) -> int:
        room = AT_ONCE - len(self._running)
        if room <= 0:
            return 0  # the end of a call rings
        now = self._clock.now()
        records = await self._queue.claim_calls(new_id("call"), now, now + LEASE, room)
        for record in records:
            task = asyncio.create_task(self._call(record))
            self._running.add(task)
            task.add_done_callback(self._call_ended)
        return len(records)

    async def _call(self, record: RunRecord) -> None:
        try:
            payload = await self._answer(record)
            now = self._clock.now()
            event = NewEvent(
                id=new_id("evt"),
                ig_user_id="",
                igsid=record.lane.split(":", 1)[1],
                kind="result",
                natural_key=f"result:{record.id}:{record.rev}",
                payload=payload,
                at=now,
                received_at=now,
            )
            if await self._queue.add_result(record, event):
                self._on_result.ring()
        except Unavailable as error:
            log.warning("result_not_stored", run_id=record.id, reason=error.message)
        except Exception:
            log.exception("call_failed", run_id=record.id)

    def _call_ended(self, task: asyncio.Task[None]) -> None:
        """Rings after making room, never before: whoever hears it must see the room."""
        self._running.discard(task)
        self._signal.ring()

    async def _answer(self, record: RunRecord) -> Json:
        """The event payload of the result; every failure is one that the flow's `error` exit sees."""
        stored = record.data.get(CALL)
        if stored is None:
            return result_payload(record.id, "", status=None, body=None, error="The call was not stored.")
        effect = from_json(Effect, stored)
        ref = stored["ref"]
        expires_at = run_of(record).expires_at
        if expires_at is not None and expires_at <= self._clock.now():
            return result_payload(record.id, ref, status=None, body=None, error="No answer came in time.")
        try:
            status, body = await self._ask(effect, record)
        except (CallFailed, CompletionFailed) as error:
            return result_payload(record.id, ref, status=None, body=None, error=error.message)
        return result_payload(record.id, ref, status=status, body=body, error=None)

    async def _ask(self, effect: Effect, record: RunRecord) -> tuple[int, Any]:
        """The status and body of the answer. Raises `CallFailed` or `CompletionFailed`."""
        if isinstance(effect, AskAi):
            return 200, await self._ai.answer(effect, record)
        if not isinstance(effect, CallApi):
            raise CallFailed("This cannot be asked of anybody.")
        answer = await self._client.call(
            effect.method,
            effect.url,
            headers={"Idempotency-Key": effect.ref, **effect.headers},
            body=effect.body.encode() if effect.body is not None else None,
            timeout=min(effect.timeout_seconds, LONGEST),
        )
        return answer.status, _readable(answer.body)

    async def _drain(self) -> None:
        """A call that takes longer than a stop may is made again by the next process."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=5.0)
            for task in late:
                task.cancel()


def _readable(body: bytes) -> Any:
    """JSON as its value, anything else as text."""
    if not body:
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace").replace("\x00", "")
