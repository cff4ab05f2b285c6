"""Trying a flow before it is published: with made-up messages, and against what really came in."""

from __future__ import annotations

import asyncio

from instantchat.engine.simulate import scene_of
from instantchat.features.auth.member import Member
from instantchat.features.trial import schemas as s
from instantchat.features.trial.flows import TrialFlows
from instantchat.features.trial.replay import Replays
from instantchat.features.trial.walk import answers_of, moments_of, walk_draft
from instantchat.kit.clock import Clock
from instantchat.runtime.automation import DEFAULT_POLICY, Policy
from instantchat.store.ports import Store


class TrialService:
    """Agents and above may try a flow: it costs a processor's time. Nothing is stored and nothing is sent."""

    def __init__(self, store: Store, clock: Clock, policy: Policy = DEFAULT_POLICY) -> None:
        self._clock = clock
        self._flows = TrialFlows(store, policy.timezone)
        self._stop_words = policy.stop_words
        self._replays = Replays(store, clock, policy)

    async def test(self, member: Member, flow_id: str, body: s.TestIn) -> s.TestOut:
        """Walk the draft. It alone listens; the other active flows can be gone through and started by it.

        Raises `NotFound("flow_not_found")` and `Invalid` (`time_goes_back`, `time_too_far`). What is wrong with the
        draft shows in the trace.
        """
        member.require("agent")
        draft, others = await self._flows.around(member, flow_id)
        moments, until = moments_of(body, self._clock.now())
        scene = scene_of(
            [draft],
            await self._flows.account(member),
            others=others,
            answers=answers_of(body),
            stop_words=self._stop_words,
        )
        return await asyncio.to_thread(walk_draft, draft, scene, body, moments, until)

    async def replay(self, member: Member, flow_id: str, limit: int = 1_000) -> s.ReplayOut:
        """Run the draft, in the place of the flow's published version, over the newest `limit` (at most 10,000) events.

        Each conversation begins anew and goes through its events in order, the timers between them firing; contacts are
        as they are today, their variables too, and API calls get no answer. Where people had the conversation then,
        flows hear nothing now either. Raises `NotFound("flow_not_found")` and `TooManyRequests("replay_busy")`.
        """
        member.require("agent")
        draft, others = await self._flows.around(member, flow_id)
        return await self._replays.run(member, draft, others, limit)
