"""Events and runs as the API shows them."""

from __future__ import annotations

from typing import Any, Literal, Self

from instantchat.features.inbox.schemas import MessageOut
from instantchat.features.inbox.why.record import DecisionOut, StepOut
from instantchat.features.inbox.why.story import EventStory, RunStory
from instantchat.features.wire import Moment, Wire
from instantchat.store import records as r


class RunOut(Wire):
    """A run with its trace, and the messages it led to, oldest first; lists leave both empty. `flowName` is the flow's,
    `versionNumber` that of the version the run is on; lists leave it out."""

    id: str
    conversation_id: str
    flow_id: str
    flow_name: str | None
    version_id: str
    version_number: int | None
    status: r.RunState
    waiting_for: Literal["reply", "time", "result", "profile"] | None
    wake_at: Moment | None
    event_id: str | None
    error: str | None
    trace: list[StepOut]
    messages: list[MessageOut]
    started_at: Moment
    updated_at: Moment

    @classmethod
    def from_record(cls, run: r.RunRecord, flow_name: str | None) -> Self:
        """The wire form of a stored run, as lists show it."""
        return cls(
            id=run.id,
            conversation_id=run.conversation_id,
            flow_id=run.flow_id,
            flow_name=flow_name,
            version_id=run.version_id,
            version_number=None,
            status=run.state,
            waiting_for=run.waiting_for,
            wake_at=run.wake_at,
            event_id=run.event_id,
            error=run.error,
            trace=[],
            messages=[],
            started_at=run.started_at,
            updated_at=run.updated_at,
        )

    @classmethod
    def from_story(cls, story: RunStory) -> Self:
        """The wire form of a run that is explained."""
        found = cls.from_record(story.run, story.flow.name)
        found.version_number, found.trace = story.flow.number, story.trace
        found.messages = [MessageOut.from_record(each) for each in story.messages]
        return found


class RunList(Wire):
    """The newest runs of a conversation, without their traces."""

    data: list[RunOut]


class RunRef(Wire):
    """A run that an event started or moved on."""

    id: str
    flow_id: str
    flow_name: str
    status: r.RunState


class EventOut(Wire):
    """What Instagram told us, and why it led to what it led to. `runs` are those it started or moved on, `messages`
    what they sent because of it; lists leave both empty. An answer to an API call is not repeated in `payload`."""

    id: str
    seq: int
    account_id: str
    kind: str
    payload: dict[str, Any]
    at: Moment
    received_at: Moment
    state: Literal["pending", "handled", "failed"]
    attempts: int
    handled_at: Moment | None
    decision: DecisionOut | None
    runs: list[RunRef]
    messages: list[MessageOut]
    error: str | None

    @classmethod
    def from_story(cls, story: EventStory) -> Self:
        """The wire form of an event that is explained."""
        event = story.event
        runs = [
            RunRef(id=each.run.id, flow_id=each.run.flow_id, flow_name=each.flow.name, status=each.run.state)
            for each in story.runs
        ]
        return cls(
            id=event.id,
            seq=event.seq,
            account_id=event.account_id,
            kind=event.kind,
            payload=_shown(event),
            at=event.at,
            received_at=event.received_at,
            state=event.state,
            attempts=event.attempts,
            handled_at=event.handled_at,
            decision=story.decision,
            runs=runs,
            messages=[MessageOut.from_record(each) for each in story.messages],
            error=event.error,
        )


class EventList(Wire):
    """The newest events of a conversation."""

    data: list[EventOut]


def _shown(event: r.Event) -> r.Json:
    """Without the answer of another service, which may hold what is nobody's business."""
    if event.kind != "result":
        return event.payload
    return {name: value for name, value in event.payload.items() if name != "body"}
