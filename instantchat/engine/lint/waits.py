"""Whether a run always waits at a step, seen through sub-flows."""

from __future__ import annotations

from collections.abc import Iterator

from ..compiled import CompiledFlow
from ..node import Node
from .subject import Subject


class Waits:
    """Remembers what it found out about each flow."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._flows: dict[int, bool] = {}

    def at(self, node: Node) -> bool:
        """Whether a run always waits at this step. A sub-flow that nothing is known about has the benefit of doubt."""
        if node.waits() or node.enters() is None:
            return node.waits()
        target = self._subject.target(node)
        if target is not None:
            return self._through(target)
        return self._subject.known.flows is None  # else it is not active, and passed over

    def reached(self, flow: CompiledFlow) -> Iterator[str]:
        """The steps that a run which enters the flow comes to before it waits."""
        begin = flow.entry()
        coming, seen = [begin] if begin is not None else [], set[str]()
        while coming:
            node_id = coming.pop()
            if node_id not in seen:
                seen.add(node_id)
                yield node_id
                if not self.at(flow.nodes[node_id]):
                    coming.extend(flow.edges.get(node_id, {}).values())

    def _through(self, flow: CompiledFlow) -> bool:
        """Whether no way leads through the flow without a wait."""
        if id(flow) not in self._flows:
            self._flows[id(flow)] = True  # while it is being read: coming back to itself it does not end
            self._flows[id(flow)] = flow.entry() is not None and not any(
                self._may_end(flow, node_id) for node_id in self.reached(flow)
            )
        return self._flows[id(flow)]

    def _may_end(self, flow: CompiledFlow, node_id: str) -> bool:
        node = flow.nodes[node_id]
        ways = flow.edges.get(node_id, {})
        return not self.at(node) and not all(exit_id in ways for exit_id in node.exits() or [""])
