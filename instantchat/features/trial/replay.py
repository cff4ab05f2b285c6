"""Replays: the newest events and their answers out of the store, a draft gone through them, the two compared."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from instantchat.engine.context import AccountView
from instantchat.engine.decision import ActiveFlow
from instantchat.engine.simulate import scene_of
from instantchat.errors import TooManyRequests
from instantchat.features.auth.member import Member
from instantchat.features.trial import schemas as s
from instantchat.features.trial.compare import answers_given, answers_would, compare
from instantchat.features.trial.past import GoneThrough, Taken, Tried, go_through
from instantchat.kit.clock import Clock
from instantchat.runtime.automation import Policy
from instantchat.runtime.heard import HEARD
from instantchat.store.ports import Store
from instantchat.store.records import Message

SHOWN: Final = 500
AT_MOST: Final = dt.timedelta(seconds=30)
_AT_ONCE = 1_000  # events whose answers are held at a time


class Replays:
    """One at a time in a process, off its event loop."""

    def __init__(self, store: Store, clock: Clock, policy: Policy) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._running: asyncio.Task[s.ReplayOut] | None = None

    async def run(self, member: Member, draft: ActiveFlow, others: Sequence[ActiveFlow], limit: int) -> s.ReplayOut:
        """The report. Raises `TooManyRequests("replay_busy")`. One that nobody waits for any more goes on to its end,
        which comes within half a minute."""
        if self._running is not None and not self._running.done():
            raise TooManyRequests("replay_busy", "Another replay is running. Try again in a moment.", retry_after=5)
        self._running = asyncio.create_task(self._replay(member, draft, others, limit))
        return await asyncio.shield(self._running)

    async def _replay(self, member: Member, draft: ActiveFlow, others: Sequence[ActiveFlow], limit: int) -> s.ReplayOut:
        began = self._clock.now()
        past = await self._store.inbox.replay_events(member.workspace_id, HEARD, min(max(limit, 1), 10_000))
        nobody = AccountView("", timezone=self._policy.timezone)  # each conversation has its own account
        scene = scene_of([*others, draft], nobody, stop_words=self._policy.stop_words)
        gone = await asyncio.to_thread(
            go_through, past, scene, draft.flow_id, began, lambda: self._clock.now() - began > AT_MOST
        )
        names = await self._store.flows.flow_names(member.workspace_id)
        return await self._report(member, gone, names, began)

    async def _report(
        self, member: Member, gone: GoneThrough, names: dict[str, str], began: dt.datetime
    ) -> s.ReplayOut:
        """The newest events are kept whole, all are counted."""
        newest = [one.past.event.id for one in reversed(gone.tried[-SHOWN:])]
        shown = set(newest)
        results: dict[str, s.ResultOut] = {}
        changed = 0
        for part in _parts(gone.tried):
            given = await self._store.inbox.answers(member.workspace_id, [one.past.event.id for one in part])
            for result in await asyncio.to_thread(_results, part, given, names):
                changed += result.difference != "same"
                if result.event_id in shown:
                    results[result.event_id] = result
        return s.ReplayOut(
            events=gone.events,
            conversations=gone.conversations,
            seconds=round((self._clock.now() - began).total_seconds(), 3),
            started=sum(one.starts for one in gone.tried),
            changed=changed,
            results=[results[event_id] for event_id in newest],
            truncated=gone.is_cut or len(gone.tried) > SHOWN,
        )


def _parts(tried: Sequence[Tried]) -> Iterator[list[Tried]]:
    """By conversation, so that no thread is read twice, and some at a time."""
    part: list[Tried] = []
    for one in sorted(tried, key=lambda one: one.past.event.lane):
        if len(part) >= _AT_ONCE and one.past.event.lane != part[-1].past.event.lane:
            yield part
            part = []
        part.append(one)
    if part:
        yield part


def _results(part: Sequence[Tried], given: Mapping[str, Sequence[Message]], names: dict[str, str]) -> list[s.ResultOut]:
    return [_result(one, _of_flows(given.get(one.past.event.id, ())), names) for one in part]


def _of_flows(sent: Sequence[Message]) -> list[Message]:
    """Without what no node wrote: disclosures, confirmations of an opt-out."""
    return [each for each in sent if "notice" not in each.extras]


def _result(one: Tried, given: Sequence[Message], names: dict[str, str]) -> s.ResultOut:
    event, contact = one.past.event, one.past.contact
    was = _reaction(one.was, answers_given(given), names, next((each.sender_id for each in given), None))
    would = _reaction(one.would, answers_would(one.said), names, next((each.flow_id for each in one.said), None))
    return s.ResultOut(
        event_id=event.id,
        conversation_id=one.past.conversation_id,
        contact=s.PersonOut(name=contact.name if contact else None, username=contact.username if contact else None),
        at=event.at,
        text=event.payload.get("text"),
        was=was,
        would=would,
        difference=compare(was, would),
    )


def _reaction(taken: Taken, messages: list[s.AnswerOut], names: dict[str, str], sender: str | None) -> s.ReactionOut:
    """A run that began before the events is known by what it sent."""
    flow_id = taken.flow_id or sender
    return s.ReactionOut(flow_id=flow_id, flow_name=names.get(flow_id or ""), reason=taken.reason, messages=messages)
