"""The findings about a flow, gathered and sorted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from ..graph import ISSUE_LIMIT, parse_graph
from ..issues import Issue
from . import addresses, blocks, clashes, loops, references, start, subflows, variables, ways, window
from .known import Known
from .subject import Others, Subject

FINDERS: Final[tuple[Callable[[Subject], Iterator[Issue]], ...]] = (
    blocks.find,
    start.find,
    loops.find,
    subflows.find,
    references.find,
    addresses.find,
    ways.find,
    variables.find,
    window.find,
    clashes.find,
)
_ORDER: Final = {"error": 0, "warning": 1, "info": 2}


def validate_flow(data: Any, others: Others = (), *, known: Known | None = None) -> list[Issue]:
    """Everything wrong with a flow's JSON, the worst first, at most 200 issues.

    `others` are the other active flows (name, compiled); without `known` nothing is found missing in the workspace.
    Any JSON at all gives issues, never an exception.
    """
    flow, issues = parse_graph(data)
    if flow is None:
        return issues
    subject = Subject(flow, data, others, known or Known())
    found = [issue for find in FINDERS for issue in find(subject)]
    return sorted(found, key=lambda issue: _ORDER[issue.severity])[:ISSUE_LIMIT]
