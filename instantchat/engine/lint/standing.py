"""How the messaging window stands when a run comes to a step: a walk over all ways at once.

A run is in one of the modes below. The longest time since the window's clock began is the longest path in the graph of
(node, mode), which has a ring only where a run can go round without hearing from the contact: if such a ring takes any
time, no time is too long. What each mode means at run time is said by `gate.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from ..compiled import CompiledFlow
from ..frames import DEPTH_LIMIT
from ..node import Node
from ..trigger import Trigger
from ..window import HUMAN, PRIVATE_REPLY, STANDARD
from .rings import components

LONGEST: Final = max(HUMAN, PRIVATE_REPLY)


class Mode(IntEnum):
    """What began the clock."""

    OPENED = 0  # the contact did something that opens the window
    CALLER = 1  # in a sub-flow: whatever began it in the flow that entered
    COMMENT = 2  # a comment, whose private reply is still there
    REPLIED = 3  # a comment, whose private reply is spent
    NOTHING = 4  # a program or a time: the contact did nothing


class Standing(StrEnum):
    """How the window may stand, from the best to the worst."""

    OPEN = "open"
    PRIVATE_REPLY = "private_reply"  # one message may answer the comment
    NOT_OPEN = "not_open"  # the private reply is spent, nobody answered yet
    MAY_BE_CLOSED = "may_be_closed"  # 24 hours or more may have passed
    NEVER_OPEN = "never_open"  # the contact did not begin this


@dataclass(frozen=True, slots=True)
class WindowState:
    """How the window may stand when a run comes to a step, on one way or another.

    `elapsed` is the longest time since it was opened (at most 7 days: that or more), `after` the step on that way that
    takes longest, if any takes time.
    """

    standings: frozenset[Standing]
    elapsed: timedelta = timedelta(0)
    after: str | None = None

    @property
    def worst(self) -> Standing:
        return max(self.standings, key=list(Standing).index)


class _Exit(NamedTuple):
    """A way out of a step as its node describes it."""

    id: str
    stay: timedelta
    opens: bool


@dataclass(frozen=True, slots=True)
class _Step:
    """What counts about a node: its exits, whether it sends messages, whether its way ends when nobody answers."""

    exits: tuple[_Exit, ...]
    sends: bool
    ends_unanswered: bool
    target: CompiledFlow | None


class _Leg(NamedTuple):
    """A way out of a step: by which exit (None: the run's way ends there), in which mode, after how long; `is_reset`:
    the clock begins anew."""

    exit: str | None
    mode: Mode
    stay: timedelta
    is_reset: bool = False


@dataclass(frozen=True, slots=True)
class _Elapsed:
    """A time, and the longest stay in it with its step."""

    time: timedelta = timedelta(0)
    longest: timedelta = timedelta(0)
    after: str | None = None

    def __lt__(self, other: _Elapsed) -> bool:
        return (self.time, self.longest) < (other.time, other.longest)

    def plus(self, stay: timedelta, node_id: str) -> _Elapsed:
        time = min(self.time + stay, LONGEST)
        return _Elapsed(time, stay, node_id) if stay > self.longest else _Elapsed(time, self.longest, self.after)


_Point = tuple[str, Mode]
Target = Callable[[Node], CompiledFlow | None]


def window_states(flow: CompiledFlow, target: Target = lambda node: None) -> dict[str, WindowState]:
    """The state at each speaking step that a run can come to. `target` gives the flow that a sub-flow node goes
    through, as far as it is known."""
    begins = [(each.node_id, _mode(each.trigger)) for each in flow.listeners if each.node_id is not None]
    begins += [(start, Mode.OPENED) for start in flow.starts]
    found: dict[str, dict[Mode, _Elapsed]] = {}
    for (node_id, mode), elapsed in _Analysis(target).solve(flow, begins).items():
        if flow.nodes[node_id].speaks():
            found.setdefault(node_id, {})[mode] = elapsed
    return {node_id: _state(found[node_id]) for node_id in flow.nodes if node_id in found}


def _step(node: Node, target: CompiledFlow | None) -> _Step:
    exits = tuple(_Exit(each, node.longest_stay(each), node.opens_window(each)) for each in node.exits() if each)
    is_silent = bool(exits) and all(each.opens for each in exits)  # nobody answered: no exit is for that
    return _Step(exits, node.sends() > 0, is_silent, target)


def _mode(trigger: Trigger) -> Mode:
    if trigger.opens_window:
        return Mode.OPENED
    return Mode.COMMENT if trigger.gives_private_reply else Mode.NOTHING


def _state(modes: Mapping[Mode, _Elapsed]) -> WindowState:
    standings = frozenset(_standing(mode, elapsed.time) for mode, elapsed in modes.items())
    longest = max(modes.values())
    return WindowState(standings, longest.time, longest.after)


def _standing(mode: Mode, time: timedelta) -> Standing:
    if mode is Mode.NOTHING:
        return Standing.NEVER_OPEN
    if time >= (STANDARD if mode in (Mode.OPENED, Mode.CALLER) else PRIVATE_REPLY):
        return Standing.MAY_BE_CLOSED
    return {Mode.COMMENT: Standing.PRIVATE_REPLY, Mode.REPLIED: Standing.NOT_OPEN}.get(mode, Standing.OPEN)


class _Analysis:
    """Remembers how each sub-flow is passed through."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._steps: dict[int, _Step] = {}
        self._passages: dict[tuple[int, Mode], list[_Leg] | None] = {}
        self._depth = 0

    def solve(self, flow: CompiledFlow, begins: Iterable[_Point]) -> dict[_Point, _Elapsed]:
        """The longest time at each point that a run can come to."""
        hops, starts = self._explored(flow, begins)
        found: dict[_Point, _Elapsed] = {}
        for point, elapsed in starts:
            found[point] = max(elapsed, found.get(point, elapsed))
        ways = {point: [target for target, _ in out] for point, out in hops.items()}
        for ring in reversed(components(ways)):
            _settle(ring, hops, found)
        return found

    def _explored(
        self, flow: CompiledFlow, begins: Iterable[_Point]
    ) -> tuple[dict[_Point, list[tuple[_Point, timedelta]]], list[tuple[_Point, _Elapsed]]]:
        """The hops from each point that go on with the clock, and where it begins anew."""
        hops: dict[_Point, list[tuple[_Point, timedelta]]] = {}
        starts = [(point, _Elapsed()) for point in begins]
        coming = [point for point, _ in starts]
        while coming:
            point = coming.pop()
            if point in hops:
                continue
            hops[point] = []
            node_id, mode = point
            ways = flow.edges.get(node_id, {})
            for leg in self._legs(flow.nodes[node_id], mode):
                if leg.exit is None or leg.exit not in ways:
                    continue
                target = (ways[leg.exit], leg.mode)
                coming.append(target)
                if leg.is_reset:
                    starts.append((target, _Elapsed().plus(leg.stay, node_id)))
                else:
                    hops[point].append((target, leg.stay))
        return hops, starts

    def _legs(self, node: Node, mode: Mode) -> Iterator[_Leg]:
        """Every way on from a step entered in this mode."""
        step = self._steps.get(id(node))
        if step is None:
            step = self._steps[id(node)] = _step(node, self._target(node))
        passage = self._passage(step.target, mode) if step.target is not None else None
        after = Mode.REPLIED if step.sends and mode is Mode.COMMENT else mode
        is_answered = step.sends and mode is Mode.REPLIED  # it went out, so the contact has answered
        if not step.exits:
            yield _Leg(None, after, timedelta(0))
        for exit_id, stay, opens in step.exits:
            if opens:
                yield _Leg(exit_id, Mode.OPENED, timedelta(0), True)
            elif passage is not None:
                yield from (leg._replace(exit=exit_id) for leg in passage)
            elif is_answered:
                yield _Leg(exit_id, Mode.OPENED, stay, True)
            else:
                yield _Leg(exit_id, after, stay)
        if step.ends_unanswered:
            yield _Leg(None, after, STANDARD)
        if is_answered:
            yield _Leg(None, after, PRIVATE_REPLY)  # or the contact has not, and this way ends

    def _passage(self, flow: CompiledFlow, mode: Mode) -> list[_Leg] | None:
        """How a run that enters the flow in this mode leaves it; None when it goes through itself or too deep."""
        start = Mode.CALLER if mode is Mode.OPENED else mode
        key = (id(flow), start)
        if key not in self._passages and self._depth < DEPTH_LIMIT:
            self._passages[key] = None  # while it is being read
            self._depth += 1
            self._passages[key] = list(self._ends(flow, start))
            self._depth -= 1
        legs = self._passages.get(key)
        if legs is None or mode is not Mode.OPENED:
            return legs
        return [leg._replace(mode=Mode.OPENED) if leg.mode is Mode.CALLER else leg for leg in legs]

    def _ends(self, flow: CompiledFlow, start: Mode) -> Iterator[_Leg]:
        first = flow.entry()
        begins = flow.starts or ((first,) if first is not None else ())
        longest: dict[tuple[Mode, bool], timedelta] = {}
        for (node_id, mode), elapsed in self.solve(flow, [(each, start) for each in begins]).items():
            ways = flow.edges.get(node_id, {})
            for leg in self._legs(flow.nodes[node_id], mode):
                if leg.exit not in ways:
                    is_reset = leg.is_reset or mode is Mode.OPENED
                    time = leg.stay if leg.is_reset else min(elapsed.time + leg.stay, LONGEST)
                    longest[leg.mode, is_reset] = max(time, longest.get((leg.mode, is_reset), time))
        return (_Leg(None, mode, time, is_reset) for (mode, is_reset), time in longest.items())


def _settle(
    ring: Sequence[_Point], hops: Mapping[_Point, list[tuple[_Point, timedelta]]], found: dict[_Point, _Elapsed]
) -> None:
    """Give every point of a ring its longest time, and pass it on to the points after it."""
    inside = set(ring)
    elapsed = max(found[point] for point in ring if point in found)
    slow = [(stay, point[0]) for point in ring for target, stay in hops[point] if target in inside and stay]
    if slow:
        stay, node_id = max(slow)
        elapsed = _Elapsed(LONGEST, stay, node_id)
    for point in ring:
        found[point] = elapsed
        for target, stay in hops[point]:
            if target not in inside:
                given = elapsed.plus(stay, point[0])
                found[target] = max(given, found.get(target, given))
