"""`poll_vote`, carried out: the variable is stored with the contact, the vote is counted."""

from __future__ import annotations

from typing import ClassVar

from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane, contact_view

from .effect import CastVote
from .votes import metric


class CastVoteHandler(EffectHandler):
    """Both are part of the one transaction in which the run's step is stored."""

    kind: ClassVar[str] = CastVote.kind

    def carry_out(self, effect: CastVote, lane: Lane, run_id: str) -> None:
        before = contact_view(lane.contact)
        after = effect.apply(before)
        if after is not before:
            lane.change_contact(variables=after.variables)
            lane.changes.counts[metric(effect.variable, effect.answer)] += 1
