"""`randomizerNode`: one of several ways, by chance."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.form import Part, Required
from instantchat.engine.issues import Issue
from instantchat.engine.node import End, Exit, ExitsFrom, Node, Outcome, Take
from instantchat.engine.visit import Visit
from instantchat.nodes.offers import Id


class SplitItem(Part):
    """One of the ways, taken as often as its weight is part of all weights."""

    id: Id = ""
    title: Annotated[str, Field(title="Name", max_length=80)] = ""
    weight: Annotated[float, Field(title="Weight", ge=0, le=1_000_000)] = 1


class RandomizerNode(Node):
    """Sends contacts different ways by chance, to compare them or for variety.

    Weights are relative: 1 and 3 are 25 % and 75 %. When the same contact always goes the same way, that is computed
    from who it is and this node, and nothing is stored: other weights, ways or their order move some contacts.
    """

    type: ClassVar[str] = "randomizerNode"
    label: ClassVar[str] = "Random split"
    icon: ClassVar[str] = "shuffle"
    group: ClassVar[str] = "Logic"
    place: ClassVar[int] = 50
    exit_spec: ClassVar[tuple[Exit | ExitsFrom, ...]] = (ExitsFrom("splits", share="weight"),)
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"splits": [{"id": "a", "weight": 50}, {"id": "b", "weight": 50}], "sticky": True},
        {"splits": [{"id": "a", "title": "Joke", "weight": 1}, {"id": "b", "title": "Quote", "weight": 3}]},
    )

    splits: Annotated[
        list[SplitItem], Field(title="Ways", description="Each is an exit.", max_length=10), Required
    ] = []
    sticky: Annotated[bool, Field(title="Same contact, same way")] = False

    def enter(self, visit: Visit) -> Outcome:
        total = sum(split.weight for split in self.splits)
        if total <= 0:
            return End(error="No way has a weight.")
        draw = _draw_of(visit.contact.id, visit.node_id) if self.sticky else visit.context.rng.random()
        visit.values["draw"] = round(draw, 6)
        return Take(self._pick(draw * total))

    def card(self) -> str:
        return " · ".join(self.exit_labels().values()) or "No ways yet"

    def check(self) -> Iterator[Issue]:
        if self.splits and not any(split.weight for split in self.splits):
            hint = "Give one of them a weight above 0."
            yield Issue("no_weight", "No way has a weight.", field="splits", hint=hint)
        if len(self.splits) == 1:
            yield Issue("one_split", "There is only one way.", "warning", field="splits", hint="Add another one.")

    def _pick(self, point: float) -> str:
        """The way whose stretch of the weights, laid end to end, holds the point."""
        ways = [split for split in self.splits if split.weight > 0]
        for split in ways:
            if point < split.weight:
                return split.id
            point -= split.weight
        return ways[-1].id  # rounding took the point past the end


def _draw_of(contact_id: str, node_id: str) -> float:
    """From 0 up to 1, always the same for this contact at this node, and as good as random over contacts."""
    return int.from_bytes(sha256(f"{contact_id}:{node_id}".encode()).digest()[:6]) / 2**48
