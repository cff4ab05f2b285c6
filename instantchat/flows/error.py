"""The one error of flows written in Python."""

from __future__ import annotations

from collections.abc import Sequence

from instantchat.engine.issues import Issue


class FlowError(ValueError):
    """The flow cannot be made as written; `issues` are the engine's findings, when it was the engine that refused."""

    def __init__(self, message: str, issues: Sequence[Issue] = ()) -> None:
        super().__init__(message)
        self.issues = list(issues)


def refused(what: str, issues: Sequence[Issue]) -> FlowError:
    """The error for a piece that the engine refuses, with every reason in its message."""
    return FlowError(f"{what} cannot be made: {' '.join(issue.message for issue in issues)}", issues)
