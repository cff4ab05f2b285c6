"""A flow as it runs: nodes by id, edges by exit, where it starts and what it listens to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .node import Node
    from .trigger import Trigger


@dataclass(frozen=True, slots=True)
class Listener:
    """One trigger and the node a run starts at when it matches (None: the flow's starts)."""

    trigger: Trigger
    node_id: str | None = None


@dataclass(frozen=True, slots=True)
class CompiledFlow:
    """A flow ready to run; immutable, shared by all its runs, cheap to step through.

    `nodes` are in the order written. `edges[node_id][exit]` is the target. `starts` are where a run begins when no
    trigger node says so. `reads_profile`: some template or rule reads the contact's name, first name or username.
    """

    nodes: Mapping[str, Node]
    edges: Mapping[str, Mapping[str, str]]
    starts: tuple[str, ...]
    listeners: tuple[Listener, ...]
    reads_profile: bool = False

    def reachable(self) -> set[str]:
        """The ids of the nodes a run can come to."""
        entries = [*self.starts, *(each.node_id for each in self.listeners if each.node_id is not None)]
        reached: set[str] = set()
        while entries:
            node_id = entries.pop()
            if node_id not in reached:
                reached.add(node_id)
                entries.extend(self.edges.get(node_id, {}).values())
        return reached

    def entry(self) -> str | None:
        """Where a run begins that no trigger started: at the trigger node that names the API, else at the first one,
        else at the flow's first start. None for a flow without a beginning."""
        named = next((each.node_id for each in self.listeners if each.node_id and each.trigger.type == "api"), None)
        first = next((node_id for node_id, node in self.nodes.items() if node.starts_runs), None)
        return named or first or next(iter(self.starts), None)

    def executed(self) -> Iterator[tuple[str, Node]]:
        """The nodes that are part of runs (notes are not), in order."""
        return ((node_id, node) for node_id, node in self.nodes.items() if node.is_executed)
