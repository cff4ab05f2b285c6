"""What each node says about itself: missing fields, unreadable templates, its own checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..issues import Issue
from .subject import Subject


def find(subject: Subject) -> Iterator[Issue]:
    """Findings of the nodes about themselves, each at its node."""
    for node_id, node in subject.flow.nodes.items():
        yield from (replace(issue, node_id=node_id) for issue in node.findings())
