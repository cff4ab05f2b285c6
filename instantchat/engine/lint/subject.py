"""What is looked at: a flow, and what is around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..compiled import CompiledFlow
from ..form import FieldValue
from ..node import Node
from .known import Known

Others = Sequence[tuple[str, CompiledFlow]]


@dataclass(slots=True)
class Subject:
    """The flow that is validated with its JSON, the other active flows (name, compiled), and what is known."""

    flow: CompiledFlow
    data: Any = None
    others: Others = ()
    known: Known = field(default_factory=Known)
    _active: dict[str, CompiledFlow] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._active = {name.casefold(): flow for name, flow in self.others}

    def active(self, reference: str) -> CompiledFlow | None:
        """The active flow, other than this one, that an id or name means; a run could go through it."""
        flow_id = self.known.flow(reference)
        name = reference.strip() if flow_id is None or self.known.flows is None else self.known.flows[flow_id]
        return None if self.is_itself(reference) else self._active.get(name.casefold())

    def is_itself(self, reference: str) -> bool:
        """Whether an id or name means the very flow that is validated."""
        return self.known.flow_id is not None and self.known.flow(reference) == self.known.flow_id

    def target(self, node: Node) -> CompiledFlow | None:
        """The flow that a node goes through, when it is known: an active one, or this."""
        reference = node.enters()
        if reference is None:
            return None
        return self.flow if self.is_itself(reference) else self.active(reference)

    def fields(self) -> Iterator[tuple[str, FieldValue]]:
        """Every (node id, field) of the flow that its form shows."""
        return ((node_id, each) for node_id, node in self.flow.nodes.items() for each in node.shown_fields)
