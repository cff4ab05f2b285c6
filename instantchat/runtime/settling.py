"""Sends of which nobody knows whether they went out are looked for where they would stand: in the conversation.

What is found there settles a send as `sent`. What is not found settles nothing: it may still come.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import structlog

from instantchat.channels.instagram.reading import Said
from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.runtime.found import SLACK, is_own
from instantchat.runtime.live import LiveEvent, Publisher
from instantchat.runtime.reads import Reads
from instantchat.store.ports import QueueStore
from instantchat.store.records import Message, UnknownSend

log = structlog.get_logger(__name__)

LOOKS = tuple(dt.timedelta(seconds=seconds) for seconds in (5, 20, 60, 180, 600))
"""When to look, from the beginning of the call on."""
_CLAIM = dt.timedelta(minutes=1)  # whoever dies while looking delays the search by no more
_AT_ONCE = 20
_EVERY = 5.0


def next_look(tried_at: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """When to look next; None when it was looked for long enough."""
    return next((tried_at + after for after in LOOKS if tried_at + after > now), None)


class Settler:
    """Looks until it finds, ten minutes at most. Which sends to look for is in the database, so nobody's death ends a
    search."""

    def __init__(self, reads: Reads, queue: QueueStore, clock: Clock, publisher: Publisher) -> None:
        self._reads = reads
        self._queue = queue
        self._clock = clock
        self._publisher = publisher

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.settle_due()
            except Unavailable as error:
                log.warning("settling_waits", reason=error.message)
            except Exception:
                log.exception("settling_failed")
            await asyncio.sleep(_EVERY)

    async def settle_due(self) -> int:
        """Look for every send that is due now; how many there were."""
        total = 0
        while True:
            now = self._clock.now()
            due = await self._queue.claim_unknown(now, now + _CLAIM, _AT_ONCE)
            threads: dict[str, list[UnknownSend]] = defaultdict(list)
            for send in due:
                threads[send.message.conversation_id].append(send)
            await asyncio.gather(*(self._look(sends) for sends in threads.values()))
            total += len(due)
            if len(due) < _AT_ONCE:
                return total

    async def _look(self, sends: Sequence[UnknownSend]) -> None:
        """For the sends of one conversation."""
        sought = [send for send in sends if "action" not in send.message.extras]  # the others stand in none
        stands = await self._standing(sought[0]) if sought else []
        for send in sends:
            said = next((each for each in stands if is_there(send, each)), None) if send in sought else None
            settled = await self._queue.settle_unknown(send.message.id, said.mid) if said is not None else None
            if said is None or settled is None:
                at = next_look(send.tried_at, self._clock.now()) if send in sought else None
                await self._queue.look_later(send.message.id, at)
                continue
            stands.remove(said)
            log.info("send_found", message_id=settled.id)
            self._publisher.publish(LiveEvent(settled.workspace_id, "message", settled))

    async def _standing(self, send: UnknownSend) -> list[Said]:
        """What the account wrote in the conversation and no message here has, oldest first."""
        try:
            said = [each for each in await self._reads.thread(send.account, send.igsid) if is_own(send.account, each)]
        except Unavailable as error:
            log.info("conversation_not_read", account_id=send.account.id, reason=error.message)
            return []
        known = await self._queue.known_mids(send.account.id, [each.mid for each in said])
        return [each for each in said if each.mid not in known]


def is_there(send: UnknownSend, said: Said) -> bool:
    """Whether what stands there is what was sent: not older than the call, and of the same text or kind. Cards and
    buttons, which no phone can send, have no text there, or that above the buttons."""
    message = send.message
    if said.at < send.tried_at.replace(microsecond=0) - SLACK or said.is_unsupported:
        return False
    if message.attachments:
        return bool(said.attachments) and not said.text
    if said.attachments:
        return False
    return said.text == _text_of(message) or (not said.text and _is_template(message))


def _text_of(message: Message) -> str:
    return "" if message.extras.get("cards") else message.text.strip()


def _is_template(message: Message) -> bool:
    return bool(message.extras.get("cards") or message.extras.get("buttons"))
