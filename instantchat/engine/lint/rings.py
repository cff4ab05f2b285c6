"""Rings in graphs."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

Point = TypeVar("Point", bound=Hashable)


def components(ways: Mapping[Point, Sequence[Point]]) -> list[list[Point]]:
    """The points in groups that can all reach each other, a group before those that lead to it (Tarjan 1972)."""
    order: dict[Point, int] = {}
    low: dict[Point, int] = {}
    held: dict[Point, None] = {}
    groups: list[list[Point]] = []
    for root in ways:
        path: list[tuple[Point, Iterator[Point]]] = []
        if root not in order:
            path.append(_entered(root, ways, order, low, held))
        while path:
            point, upcoming = path[-1]
            target = next(upcoming, None)
            if target is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[point])
                if low[point] == order[point]:
                    groups.append(_taken(point, held))
            elif target not in order:
                path.append(_entered(target, ways, order, low, held))
            elif target in held:
                low[point] = min(low[point], order[target])
    return groups


def _entered(
    point: Point,
    ways: Mapping[Point, Sequence[Point]],
    order: dict[Point, int],
    low: dict[Point, int],
    held: dict[Point, None],
) -> tuple[Point, Iterator[Point]]:
    order[point] = low[point] = len(order)
    held[point] = None
    return point, iter(ways[point])


def _taken(root: Point, held: dict[Point, None]) -> list[Point]:
    """The points held since `root`, itself included."""
    group: list[Point] = []
    while not group or group[-1] != root:
        group.append(held.popitem()[0])
    return group
