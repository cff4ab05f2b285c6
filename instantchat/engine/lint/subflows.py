"""Flows that go through themselves."""

from __future__ import annotations

from collections.abc import Iterator

from ..compiled import CompiledFlow
from ..frames import DEPTH_LIMIT
from ..issues import Issue
from ..node import Node
from .subject import Subject
from .waits import Waits


def find(subject: Subject) -> Iterator[Issue]:
    """Steps that lead back into the flow itself, directly or through other active flows: an error when no run waits on
    the round, else a warning, since sub-flows go ten deep at most."""
    waits = Waits(subject)
    quick = set(waits.reached(subject.flow))
    for node_id, node in subject.flow.executed():
        if node.enters() is None or not _leads_back(subject, node, None, set()):
            continue
        if node_id in quick and _leads_back(subject, node, waits, set()):
            message = "The flow goes through itself here, without ever waiting."
            hint = "Go on by an edge instead of a sub-flow, or let the flow end before it comes here again."
            yield Issue("subflow_loop", message, node_id=node_id, field="flow", hint=hint)
        else:
            message = f"The flow goes through itself here; sub-flows go {DEPTH_LIMIT} deep at most, then the run fails."
            hint = "Go on by an edge instead of a sub-flow."
            yield Issue("subflow_depth", message, "warning", node_id=node_id, field="flow", hint=hint)


def _leads_back(subject: Subject, node: Node, waits: Waits | None, seen: set[int]) -> bool:
    """Whether the flow that a node goes through comes to this one again; with `waits`, before it waits."""
    target = subject.target(node)
    if target is None or id(target) in seen:
        return False
    if target is subject.flow:
        return True
    seen.add(id(target))
    reached = target.reachable() if waits is None else waits.reached(target)
    return any(_leads_back(subject, inner, waits, seen) for inner in _entering(target, reached))


def _entering(flow: CompiledFlow, node_ids: Iterator[str] | set[str]) -> Iterator[Node]:
    return (node for node_id in node_ids if (node := flow.nodes[node_id]).enters() is not None)
