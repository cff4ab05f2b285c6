"""Where edges lead, and where they do not."""

from __future__ import annotations

from collections.abc import Iterator

from ..issues import Issue
from ..text import shorten
from .subject import Subject


def find(subject: Subject) -> Iterator[Issue]:
    """Nodes that no run comes to, edges into notes, and exits that lead nowhere."""
    yield from _unreachable(subject)
    yield from _notes_connected(subject)
    yield from _unconnected(subject)


def _unreachable(subject: Subject) -> Iterator[Issue]:
    reached = subject.flow.reachable()
    for node_id, node in subject.flow.executed():
        if node_id not in reached and not node.starts_runs:
            hint = "Connect it, or delete it."
            yield Issue("unreachable", "No run can come here.", "warning", node_id=node_id, hint=hint)


def _notes_connected(subject: Subject) -> Iterator[Issue]:
    notes = {node_id for node_id, node in subject.flow.nodes.items() if not node.is_executed}
    for target in dict.fromkeys(edge["target"] for edge in subject.data.get("edges") or ()):
        if target in notes:
            message = "An edge leads into this note; runs end before it."
            yield Issue("note_connected", message, "warning", node_id=target, hint="Notes are not part of the flow.")


def _unconnected(subject: Subject) -> Iterator[Issue]:
    for node_id, node in subject.flow.executed():
        ways = subject.flow.edges.get(node_id, {})
        for exit_id, label in node.exit_labels().items():
            if exit_id and exit_id not in ways:
                message = f"Nothing is connected to “{shorten(label or exit_id, 60)}”: the run ends there."
                hint = "Connect it if the flow should go on there."
                yield Issue("unconnected_exit", message, "info", node_id=node_id, hint=hint)
