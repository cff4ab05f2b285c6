"""Reads explanations: events and runs of the workspace, with the names and messages that belong to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from instantchat.errors import NotFound
from instantchat.features.auth.member import Member
from instantchat.features.inbox.why.record import DecisionOut, read_trace
from instantchat.features.inbox.why.story import (
    EventStory,
    FlowFacts,
    RunStory,
    nodes_of,
    settle_sentences,
    tell_run,
)
from instantchat.store import records as r
from instantchat.store.ports import Store

MOST = 50  # events or runs of a list
_RUNS_TOLD = 10  # of one event


@dataclass(frozen=True, slots=True)
class MessageStory:
    """Why a message is there: what was written, or the run that wrote it. None: no longer
    kept."""

    message: r.Message
    event: EventStory | None
    run: RunStory | None


class WhyService:
    """Anything of another workspace is `NotFound`."""

    def __init__(self, store: Store) -> None:
        self._inbox = store.inbox
        self._flows = store.flows

    async def event(self, member: Member, event_id: str) -> EventStory:
        """An event with the decision about it, and the runs and messages it led to."""
        event = await self._inbox.event(member.workspace_id, event_id)
        if event is None:
            raise NotFound("event_not_found", "This event does not exist.")
        return await self._event_story(member, event)

    async def run(self, member: Member, run_id: str) -> RunStory:
        """A run with every step it took, and its messages."""
        run = await self._inbox.run(member.workspace_id, run_id)
        if run is None:
            raise NotFound("run_not_found", "This run does not exist.")
        (story,) = await self._run_stories(member, [run])
        return story

    async def message(self, member: Member, message_id: str) -> MessageStory:
        """Why a message was written, or what came of it."""
        message = await self._inbox.message(member.workspace_id, message_id)
        if message is None:
            raise NotFound("message_not_found", "This message does not exist.")
        record = await self._inbox.run(member.workspace_id, message.run_id) if message.run_id else None
        run = (await self._run_stories(member, [record]))[0] if record is not None else None
        event = await self._inbox.event(member.workspace_id, message.event_id) if message.event_id else None
        return MessageStory(message, await self._event_story(member, event) if event is not None else None, run)

    async def events(self, member: Member, conversation_id: str) -> list[EventStory]:
        """The newest events of a conversation with their decisions, without runs and messages."""
        names = await self._flows.flow_names(member.workspace_id)
        found = []
        for event in await self._inbox.events(member.workspace_id, conversation_id, MOST):
            decision = DecisionOut.read(event.decision) if event.decision is not None else None
            if decision is not None:
                settle_sentences(decision, {}, names)
            found.append(EventStory(event, decision))
        return found

    async def _event_story(self, member: Member, event: r.Event) -> EventStory:
        if event.decision is None:
            return EventStory(event, None)
        decision = DecisionOut.read(event.decision)
        records = [await self._inbox.run(member.workspace_id, run_id) for run_id in decision.run_ids()[:_RUNS_TOLD]]
        runs = await self._run_stories(member, [each for each in records if each is not None])
        flow_of_run = {each.run.id: each.flow.name for each in runs}
        settle_sentences(decision, flow_of_run, {each.run.flow_id: each.flow.name for each in runs})
        sent = await self._inbox.answers(member.workspace_id, [event.id]) if runs else {}
        return EventStory(event, decision, runs, sent.get(event.id, []))

    async def _run_stories(self, member: Member, runs: Sequence[r.RunRecord]) -> list[RunStory]:
        flows: dict[str, FlowFacts] = {}
        stories = []
        for run in runs:
            trace = read_trace(run.trace)
            inner = {step.version_id for step in trace if step.version_id}
            for version_id in {run.version_id, *inner} - flows.keys():
                flows[version_id] = await self._facts(member, version_id, run.flow_id)
            heard = {run.event_id, *(step.given.event_id for step in trace if step.given is not None)}
            sent = await self._inbox.answers(member.workspace_id, [each for each in heard if each])
            stories.append(tell_run(run, trace, flows, chain.from_iterable(sent.values())))
        return stories

    async def _facts(self, member: Member, version_id: str, flow_id: str) -> FlowFacts:
        """Of a version that is gone: what its flow knows."""
        version = await self._flows.version(version_id)
        if version is not None and version.workspace_id != member.workspace_id:
            version = None
        flow_id = version.flow_id if version is not None else flow_id
        flow = await self._flows.flow(member.workspace_id, flow_id)
        name = flow.name if flow is not None else version.name if version is not None else "A flow that was deleted"
        nodes = nodes_of(version) if version is not None else {}
        return FlowFacts(flow_id, name, flow is not None, version.number if version is not None else None, nodes)
