"""How contacts are spread over the ways of a randomizer, and what the ways are called."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from instantchat.engine.compiled import CompiledFlow
from instantchat.engine.context import ContactView
from instantchat.engine.node import Node, Take
from instantchat.engine.visit import Visit
from instantchat.testing import read_node
from tests.engine.builders import context

CONTACTS = 10_000


def randomizer(*weights: float, sticky: bool = False) -> Node:
    splits = [{"id": f"s{index}", "weight": weight} for index, weight in enumerate(weights)]
    return read_node("randomizerNode", {"splits": splits, "sticky": sticky})


def ways_of(node: Node, node_id: str = "n1") -> list[str]:
    """The way each of 10,000 contacts takes."""
    world = context()
    taken = []
    for number in range(CONTACTS):
        contact = ContactView(f"con_{number}", str(number))
        outcome = node.enter(Visit(CompiledFlow({}, {}, (), ()), "run_1", node_id, world, contact, {}))
        assert isinstance(outcome, Take)
        taken.append(outcome.exit)
    return taken


class TestShares:
    @pytest.mark.parametrize("sticky", [True, False])
    @pytest.mark.parametrize("weights", [(50, 50), (1, 2, 7), (0, 1, 1), (0.5, 0.25, 0.25), (1,) * 10])
    def test_are_those_of_the_weights(self, weights: tuple[float, ...], sticky: bool) -> None:
        counts = Counter(ways_of(randomizer(*weights, sticky=sticky)))
        for index, weight in enumerate(weights):
            assert counts[f"s{index}"] / CONTACTS == pytest.approx(weight / sum(weights), abs=0.03)
            assert weight or not counts[f"s{index}"]


class TestSticky:
    def test_is_the_same_way_every_time(self) -> None:
        node = randomizer(1, 1, sticky=True)
        assert ways_of(node) == ways_of(node)

    def test_two_nodes_split_independently(self) -> None:
        node = randomizer(1, 1, sticky=True)
        same = sum(a == b for a, b in zip(ways_of(node), ways_of(node, "n2"), strict=True))
        assert same / CONTACTS == pytest.approx(0.5, abs=0.03)

    def test_a_changed_weight_moves_only_who_it_must(self) -> None:
        before, after = ways_of(randomizer(50, 50, sticky=True)), ways_of(randomizer(60, 40, sticky=True))
        moved = sum(a != b for a, b in zip(before, after, strict=True))
        assert moved / CONTACTS == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize(
    ("splits", "labels"),
    [
        ([{"id": "x", "weight": 1}, {"id": "y", "title": "Quote", "weight": 3}], {"x": "A 25 %", "y": "Quote 75 %"}),
        ([{"id": "x"}, {"id": "y"}, {"id": "z"}], {"x": "A 33 %", "y": "B 33 %", "z": "C 33 %"}),
        ([{"id": "x", "weight": 0}], {"x": "A 0 %"}),
    ],
)
def test_ways_are_called_by_their_shares(splits: list[dict[str, Any]], labels: dict[str, str]) -> None:
    assert read_node("randomizerNode", {"splits": splits}).exit_labels() == labels
