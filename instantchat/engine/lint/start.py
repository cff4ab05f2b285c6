"""How a flow begins."""

from __future__ import annotations

from collections.abc import Iterator

from ..issues import Issue
from .subject import Subject


def find(subject: Subject) -> Iterator[Issue]:
    """A flow that nothing starts, or that everything does because it has no trigger."""
    flow = subject.flow
    if not flow.listeners and not any(node.starts_runs for node in flow.nodes.values()):
        hint = "Add a trigger node and connect it to the first step."
        yield Issue("no_start", "Nothing starts this flow.", hint=hint)
    elif flow.starts:
        hint = "Add a trigger to say which messages do."
        yield Issue("starts_on_any", "Any message starts this flow.", "warning", node_id=flow.starts[0], hint=hint)
