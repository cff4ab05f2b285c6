"""What came in, gone through again by the engine with a draft among the active flows. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from instantchat.engine.context import ContactView
from instantchat.engine.decision import Decision
from instantchat.engine.handle import Outcome
from instantchat.engine.simulate import Said, Scene, World
from instantchat.runtime.heard import inbound_message
from instantchat.runtime.lane import contact_view
from instantchat.store.records import Event, Json, ReplayEvent

_UNHEARD = ("paused", "opted_out", "start", "escalated")  # reasons of events that no flow heard then


@dataclass(frozen=True, slots=True)
class Taken:
    """Which flow took an event, and how."""

    flow_id: str | None
    reason: str


@dataclass(slots=True)
class Tried:
    """An event in which the flow takes part, as it ran then or as its draft would now."""

    past: ReplayEvent
    was: Taken
    would: Taken
    starts: bool
    said: list[Said] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class GoneThrough:
    """`tried` in the order of the events. `is_cut`: not everything could be gone through."""

    tried: list[Tried]
    events: int
    conversations: int
    is_cut: bool


def go_through(
    past: Sequence[ReplayEvent], scene: Scene, flow_id: str, now: dt.datetime, is_time_up: Callable[[], bool]
) -> GoneThrough:
    """Every conversation in a world of its own, its events in order; afterwards time goes on to `now`.

    A draft takes part in an event that it starts or resumes at. `is_time_up` is asked before each event.
    """
    flows = _flows_of_runs(past)
    tried: list[Tried] = []
    events, conversations, is_stopped, is_cut = 0, 0, False, False
    for lane in _by_lane(past):
        if is_stopped := is_stopped or is_time_up():
            break
        world = _world(lane[0], scene)
        found: dict[str, Tried] = {}
        conversations += 1
        for each in lane:
            if is_stopped := is_time_up():
                break
            events += 1
            one = _again(each, world, flow_id, flows)
            if one is not None:
                found[each.event.id] = one
        world.pass_time_to(now)
        for said in world.said:
            if said.is_delivered and said.event_id in found:
                found[said.event_id].said.append(said)
        tried += found.values()
        is_cut = is_cut or world.is_cut
    tried.sort(key=lambda one: one.past.event.seq)
    return GoneThrough(tried, events, conversations, is_cut or is_stopped)


def _by_lane(past: Sequence[ReplayEvent]) -> list[list[ReplayEvent]]:
    lanes: dict[str, list[ReplayEvent]] = defaultdict(list)
    for each in past:
        lanes[each.event.lane].append(each)
    return list(lanes.values())


def _again(past: ReplayEvent, world: World, flow_id: str, flows: Mapping[str, str]) -> Tried | None:
    event = past.event
    message = inbound_message(event.kind, event.payload, event.id, event.at)
    if message is None:
        return None
    record = event.decision or {}
    world.pass_time_to(event.received_at)
    run_ids = [each["startedRunId"] for each in _records(event) if each.get("startedRunId")]
    outcome = world.hear(message, is_for_flows=record.get("reason") not in _UNHEARD, run_ids=run_ids)
    decisions = (outcome.decision, *outcome.follow_ups)
    starts = any(each.start is not None and each.start.flow_id == flow_id for each in decisions)
    resumes = outcome.decision.resume is not None and outcome.decision.resume.run.flow_id == flow_id
    if not starts and not resumes and flow_id not in _flows_in(record, flows):
        return None
    was = Taken(next(_flows_in(record, flows), None), record.get("reason") or "failed")
    return Tried(past, was, Taken(_flow_of(outcome), outcome.decision.reason), starts)


def _world(first: ReplayEvent, scene: Scene) -> World:
    """A contact that we know from its first event on is new in its world."""
    event, contact = first.event, first.contact
    account = replace(scene.account, id=event.account_id, ig_user_id=first.ig_user_id, username=first.username)
    igsid = event.lane.split(":", 1)[1]
    view = contact_view(contact) if contact is not None else ContactView(igsid, igsid)
    is_new = contact is None or contact.created_at >= event.received_at
    return World(
        replace(scene, account=account),
        view,
        event.received_at,
        conversation_id=first.conversation_id or "",
        is_new=is_new,
    )


def _flow_of(outcome: Outcome) -> str | None:
    return next(filter(None, map(_flow_in, (outcome.decision, *outcome.follow_ups))), None)


def _flow_in(decision: Decision) -> str | None:
    if decision.start is not None:
        return decision.start.flow_id
    return decision.resume.run.flow_id if decision.resume is not None else None


def _flows_of_runs(past: Sequence[ReplayEvent]) -> dict[str, str]:
    """By run id, as far as their beginning is among the events."""
    return {
        record["startedRunId"]: record["startedFlowId"]
        for each in past
        for record in _records(each.event)
        if record.get("startedRunId") and record.get("startedFlowId")
    }


def _flows_in(record: Json, flows: Mapping[str, str]) -> Iterator[str]:
    """The flows that took an event according to its record, the first one first."""
    for each in (record, *record.get("followUps", ())):
        found = each.get("startedFlowId") or flows.get(each.get("resumedRunId") or "")
        if found:
            yield found


def _records(event: Event) -> Iterator[Json]:
    if event.decision:
        yield event.decision
        yield from event.decision.get("followUps", ())
