"""What is wrong with a flow, in data: a code for programs, a sentence and a hint for the author."""

from __future__ import annotations

from typing import Literal

from .plain import plain

Severity = Literal["error", "warning", "info"]


@plain
class Issue:
    """One finding. `malformed` ones make a flow unstorable (422); other errors only stop its activation.

    `field` is a path inside the node's `data`, such as `quickReplies.0.title`.
    """

    code: str
    message: str
    severity: Severity = "error"
    node_id: str | None = None
    field: str | None = None
    hint: str | None = None
    malformed: bool = False


def malformed(code: str, message: str, *, node_id: str | None = None, field: str | None = None) -> Issue:
    """An issue that makes the flow unstorable."""
    return Issue(code, message, node_id=node_id, field=field, malformed=True)
