"""Leases lanes, handles what is due in them, and stores each batch with one checkpoint."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from random import SystemRandom

import structlog

from instantchat.engine.flow import CompiledFlow
from instantchat.engine.frames import versions_in
from instantchat.engine.library import library_of
from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.kit.ids import new_id
from instantchat.runtime.automation import DEFAULT_POLICY, Automation, Policy
from instantchat.runtime.handling import handle_lane
from instantchat.runtime.lane import Lane
from instantchat.runtime.live import LiveEvent, Publisher
from instantchat.runtime.members import find_members
from instantchat.runtime.profiles import Profiles
from instantchat.runtime.scheduler import Scheduler, Signal
from instantchat.runtime.versions import Versions, active_flows
from instantchat.store.ports import Store
from instantchat.store.records import Checkpoint, FlowHead, Thread, Work

log = structlog.get_logger(__name__)

LEASE = dt.timedelta(seconds=30)
BATCH = 64
# A batch of so many lanes means load: then the next one gathers for a moment, as a big batch costs little more.
BUSY = 8
GATHER = 0.02
_YIELD_EVERY = 8
_RETRY = 1.0
_RECOVERED = 4  # batches


class Worker:
    """`signal` wakes it; `wake_sends` and `wake_calls` are told when a checkpoint queued something for them."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        publisher: Publisher,
        profiles: Profiles,
        scheduler: Scheduler,
        signal: Signal,
        *,
        wake_sends: Callable[[], None],
        wake_calls: Callable[[], None],
        policy: Policy = DEFAULT_POLICY,
    ) -> None:
        self._store = store
        self._clock = clock
        self._publisher = publisher
        self._profiles = profiles
        self._scheduler = scheduler
        self._signal = signal
        self._wake_sends = wake_sends
        self._wake_calls = wake_calls
        self._policy = policy
        self._versions = Versions(store.flows)
        self._rng = SystemRandom()
        self._stopping = False

    def stop(self) -> None:
        """Let the batches under way end, and take no more."""
        self._stopping = True
        self._signal.ring()

    async def recover(self) -> None:
        """End the leases of a process that died, instead of waiting for them to run out.

        Only for a process that is alone with its database: it looks as if from the end of any lease. What a worker held
        was the oldest work there was, so a few batches find it.
        """
        owner, now = new_id("lease"), self._clock.now()
        held: list[Checkpoint] = []
        for _ in range(_RECOVERED):
            works = await self._store.queue.claim_work(owner, now + LEASE, now + 2 * LEASE, BATCH)
            held += [Checkpoint(work.lane, owner, handled=[]) for work in works]
            if not works:
                break
        if held:
            await self._store.queue.checkpoint(held)

    async def run(self) -> None:
        """Until `stop()`."""
        while not self._stopping:
            try:
                found = await self.work_batch()
            except Unavailable as error:
                log.warning("worker_waits", reason=error.message)
                await asyncio.sleep(_RETRY)
                continue
            except Exception:
                log.exception("worker_batch_failed")
                await asyncio.sleep(_RETRY)
                continue
            if not found:
                await self._signal.heard()
            elif BUSY <= found < BATCH:
                await asyncio.sleep(GATHER)

    async def work_batch(self) -> int:
        """Handle one batch; how many lanes it had."""
        owner, now = new_id("lease"), self._clock.now()
        works = await self._store.queue.claim_work(owner, now, now + LEASE, BATCH)
        if not works:
            return 0
        lanes = [Lane(work, owner, now) for work in works]
        automations = await self._automations(works)
        for number, lane in enumerate(lanes):
            if number % _YIELD_EVERY == _YIELD_EVERY - 1:
                await asyncio.sleep(0)  # webhooks and answers are waiting too
            handle_lane(lane, automations[lane.work.account.workspace_id])
        await find_members(lanes, self._store.members)
        stored = await self._store.queue.checkpoint([lane.checkpoint() for lane in lanes])
        kept = [lane for lane, is_stored in zip(lanes, stored, strict=True) if is_stored]
        if len(kept) < len(lanes):
            log.warning("leases_lost", lanes=len(lanes) - len(kept))
        for lane in kept:
            self._announce(lane)
        await self._announce_changes(kept)
        return len(works)

    async def _automations(self, works: Sequence[Work]) -> dict[str, Automation]:
        """By workspace, in a fixed number of queries for the batch."""
        workspaces = {work.account.workspace_id for work in works}
        heads = await self._store.flows.active_heads(workspaces)
        wanted = {head.version_id for found in heads.values() for head in found}
        for work in works:
            for run in (*work.due_runs, *work.waiting_runs):
                wanted |= {run.version_id, *versions_in(run.data.get("data", {}))}
        compiled = await self._versions.load(wanted)
        return {workspace: self._automation(heads.get(workspace, ()), compiled) for workspace in workspaces}

    def _automation(self, heads: Sequence[FlowHead], compiled: dict[str, CompiledFlow]) -> Automation:
        active = active_flows(heads, compiled)
        return Automation(active, compiled, self._rng, library=library_of(active, compiled), policy=self._policy)

    def _announce(self, lane: Lane) -> None:
        """Tell the world, and those who carry on, what was stored. A profile is asked for once the contact wrote:
        before that, as after a comment, Instagram refuses it (230)."""
        changes = lane.changes
        workspace_id = lane.work.account.workspace_id
        for message in changes.messages:
            self._publisher.publish(LiveEvent(workspace_id, "message", message))
        is_moved = changes.conversation is not lane.work.conversation or changes.contact is not lane.work.contact
        if (is_moved or changes.notes) and changes.conversation is not None and changes.contact is not None:
            thread = Thread(changes.conversation, changes.contact)
            self._publisher.publish(LiveEvent(workspace_id, "conversation", thread))
        for notice in changes.notices:
            self._publisher.publish(LiveEvent(workspace_id, "notification", notice))
        for run in lane.changed_runs():
            self._publisher.publish(LiveEvent(workspace_id, "run", run))
            if run.state != "waiting":
                continue
            if run.waiting_for == "result":
                self._wake_calls()
            else:
                self._scheduler.expect(run.wake_at)
        for handled in lane.handled:
            self._scheduler.expect(handled.retry_at)
        if any(message.status == "queued" for message in changes.messages):
            self._wake_sends()
        has_written = changes.conversation is not None and changes.conversation.heard_at is not None
        if changes.contact is not None and has_written and (changes.wants_profile or changes.messages):
            self._profiles.want(lane.work.account, changes.contact, is_urgent=changes.wants_profile)

    async def _announce_changes(self, lanes: Sequence[Lane]) -> None:
        """Messages that an echo, an edit or an unsending changed."""
        for lane in lanes:
            for change in lane.changes.message_changes:
                message = await self._store.inbox.message(lane.work.account.workspace_id, change.message_id)
                if message is not None:
                    self._publisher.publish(LiveEvent(message.workspace_id, "message", message))
