"""Flows that start by the clock: each firing becomes one event for every contact of the segment.

A firing walks the contacts page by page and keeps its place, so that a process that dies in the middle is followed by
another; the events' natural keys see to it that nobody is started twice.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from random import SystemRandom

import structlog

from instantchat.engine.context import AccountView, Context, InboundMessage
from instantchat.engine.flow import CompiledFlow, parse_graph
from instantchat.engine.trigger import NoMatch, Trigger
from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock, rfc3339
from instantchat.kit.ids import new_id
from instantchat.runtime.lane import contact_view
from instantchat.runtime.scheduler import Signal
from instantchat.runtime.versions import Versions
from instantchat.store.ports import Store
from instantchat.store.records import ContactOfLane, FlowVersion, NewEvent, Schedule
from instantchat.triggers.schedule import Schedule as ScheduleTrigger

log = structlog.get_logger(__name__)

KIND = "schedule"
LEASE = dt.timedelta(seconds=60)
TOO_LATE = dt.timedelta(hours=1)  # a moment that passed while nobody ran is left out after that
_PAGE = 100
CROWDED = 50  # so many of the workspace's events or messages wait already: answers to people go before the next page
_AT_ONCE = 4
_RETRY = 1.0
_IDLE = 15.0
_CROWDED_PAUSE = 0.25
_NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


class Schedules:
    """`on_new` is told when events were stored. What was published a moment ago is seen within `_IDLE` seconds."""

    def __init__(self, store: Store, clock: Clock, on_new: Signal, timezone: str = "UTC") -> None:
        self._store = store
        self._clock = clock
        self._on_new = on_new
        self._timezone = timezone
        self._versions = Versions(store.flows)
        self._rng = SystemRandom()
        self._sooner = Signal()

    def look_again(self) -> None:
        """The clock was moved."""
        self._sooner.ring()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                if not await self.fire_some():
                    await self._sooner.heard(await self._pause())
            except Unavailable as error:
                log.warning("schedules_wait", reason=error.message)
                await asyncio.sleep(_RETRY)
            except Exception:
                log.exception("schedules_failed")
                await asyncio.sleep(_RETRY)

    async def fire_some(self) -> int:
        """Take one page of contacts of each schedule that is due, save where much is waiting; how many it were."""
        owner, now = new_id("lease"), self._clock.now()
        claimed = await self._store.schedules.claim(owner, now, now + LEASE, _AT_ONCE)
        return sum([await self._fire(schedule, owner, now) for schedule in claimed])

    async def _pause(self) -> float:
        due = await self._store.schedules.next_due()
        if due is None:
            return _IDLE
        return min(max((due - self._clock.now()).total_seconds(), _CROWDED_PAUSE), _IDLE)

    async def _fire(self, schedule: Schedule, owner: str, now: dt.datetime) -> bool:
        """Whether it could go on."""
        compiled = (await self._versions.load([schedule.version_id])).get(schedule.version_id)
        trigger = _trigger_of(compiled, schedule)
        next_at = trigger.next_after(now, self._timezone) if trigger is not None else None
        is_late = schedule.firing_at is None and now - schedule.next_at > TOO_LATE
        cursor: str | None = None
        firing_at = schedule.firing_at or schedule.next_at
        if trigger is not None and not is_late and await self._is_crowded(schedule.workspace_id, now):
            await self._store.schedules.progress(
                schedule.id, owner, cursor=schedule.cursor, firing_at=firing_at, next_at=schedule.next_at, done=False
            )
            return False
        if trigger is not None and not is_late:
            cursor = await self._take_page(schedule, trigger, firing_at, now)
        elif is_late:
            log.warning("schedule_missed", flow_id=schedule.flow_id, moment=rfc3339(schedule.next_at))
        is_done = cursor is None
        await self._store.schedules.progress(
            schedule.id,
            owner,
            cursor=cursor,
            firing_at=None if is_done else firing_at,
            next_at=(next_at or _NEVER) if is_done else schedule.next_at,
            done=is_done,
        )
        return True

    async def _is_crowded(self, workspace_id: str, now: dt.datetime) -> bool:
        return await self._store.queue.waiting(workspace_id, now, CROWDED) >= CROWDED

    async def _take_page(
        self, schedule: Schedule, trigger: Trigger, firing_at: dt.datetime, now: dt.datetime
    ) -> str | None:
        """Events for the next contacts; the cursor of those after them."""
        page = await self._store.schedules.contacts_page(schedule.workspace_id, limit=_PAGE, cursor=schedule.cursor)
        wanted = [each for each in page.data if self._is_meant(each, trigger, now)]
        events = [_event(schedule, each, firing_at, now) for each in wanted]
        if events and "new" in await self._store.queue.ingest(events):
            self._on_new.ring()
        return page.next_cursor

    def _is_meant(self, one: ContactOfLane, trigger: Trigger, now: dt.datetime) -> bool:
        if one.contact.opted_out_at is not None:
            return False
        message = InboundMessage("", KIND, now)
        context = Context(
            contact_view(one.contact),
            AccountView(one.contact.account_id, timezone=self._timezone),
            now,
            self._rng,
            message,
        )
        return not isinstance(trigger.match(message, context), NoMatch)


def schedule_rows(version: FlowVersion, now: dt.datetime, timezone: str = "UTC") -> list[Schedule]:
    """The schedules of a version that is about to listen: one for each `schedule` trigger that ever comes due."""
    compiled, _ = parse_graph(version.graph)
    rows: list[Schedule] = []
    for node_id, node in compiled.nodes.items() if compiled is not None else ():
        for position, trigger in enumerate(node.listens()):
            next_at = trigger.next_after(now, timezone) if isinstance(trigger, ScheduleTrigger) else None
            if isinstance(trigger, ScheduleTrigger) and next_at is not None:
                spec = f"{trigger.cron.strip()} {trigger.timezone.strip()}".strip()
                owner = (new_id("sch"), version.workspace_id, version.flow_id, version.id)
                rows.append(Schedule(*owner, node_id, position, spec, next_at))
    return rows


def _trigger_of(compiled: CompiledFlow | None, schedule: Schedule) -> ScheduleTrigger | None:
    node = compiled.nodes.get(schedule.node_id) if compiled is not None else None
    triggers = node.listens() if node is not None else ()
    found = triggers[schedule.position] if schedule.position < len(triggers) else None
    return found if isinstance(found, ScheduleTrigger) else None


def _event(schedule: Schedule, one: ContactOfLane, firing_at: dt.datetime, now: dt.datetime) -> NewEvent:
    moment = rfc3339(firing_at)
    return NewEvent(
        id=new_id("evt"),
        ig_user_id=one.ig_user_id,
        igsid=one.contact.igsid,
        kind=KIND,
        natural_key=f"{KIND}:{schedule.flow_id}:{schedule.node_id}:{schedule.position}:{moment}:{one.contact.igsid}",
        payload={"flowId": schedule.flow_id, "nodeId": schedule.node_id, "moment": moment},
        at=now,
        received_at=now,
    )
