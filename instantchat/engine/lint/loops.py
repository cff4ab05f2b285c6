"""Loops in which no run ever waits for a person or a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..issues import Issue
from .subject import Subject
from .waits import Waits


def find(subject: Subject) -> Iterator[Issue]:
    """One issue per ring of such nodes."""
    waits = Waits(subject)
    spinning = {node_id for node_id, node in subject.flow.executed() if not waits.at(node)}
    ways = {
        node_id: [target for target in subject.flow.edges.get(node_id, {}).values() if target in spinning]
        for node_id in subject.flow.nodes
        if node_id in spinning
    }
    for node_id in _ring_entries(ways):
        hint = "Put a delay, or a message with quick replies, into the loop."
        message = "The flow comes back here without ever waiting."
        yield Issue("loop_without_wait", message, node_id=node_id, hint=hint)


def _ring_entries(ways: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Nodes that close a ring (targets of back edges in a depth-first search), each once."""
    done: set[str] = set()
    entries: dict[str, None] = {}
    for root in ways:
        path: dict[str, Iterator[str]] = {}
        current: str | None = root if root not in done else None
        while current is not None:
            upcoming = path.setdefault(current, iter(ways[current]))
            target = next(upcoming, None)
            if target is None:
                done.add(current)
                del path[current]
                current = next(reversed(path), None)
            elif target in path:
                entries[target] = None
            elif target not in done:
                current = target
    return iter(entries)
