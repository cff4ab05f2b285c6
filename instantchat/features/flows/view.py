"""A flow as services hand it out, and the refusals flows have of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from instantchat.engine.issues import Issue
from instantchat.errors import Conflict, Invalid, NotFound
from instantchat.features.flows import schemas as s
from instantchat.features.flows.diff import FlowDiff, meaning
from instantchat.features.flows.draft import as_error
from instantchat.features.flows.published import Published
from instantchat.store import records as r


@dataclass(frozen=True, slots=True)
class FlowView:
    """A stored flow with its findings; `created` tells a new one from a changed one."""

    flow: r.Flow
    issues: list[Issue]
    has_unpublished_changes: bool
    created: bool = False

    def out(self) -> s.FlowWithIssues:
        """The wire form."""
        basis = s.FlowOut.from_record(self.flow, self.has_unpublished_changes)
        issues = [s.IssueOut.from_issue(issue) for issue in self.issues]
        return s.FlowWithIssues(**basis.model_dump(), issues=issues)


class StaleRevision(Conflict):
    """The draft moved on since it was read. `revision` is where it is now; `diff` what the refused change would have
    done to it, also listed in `errors`."""

    def __init__(self, stored: r.Flow, base: int, diff: FlowDiff) -> None:
        super().__init__(
            "stale_revision",
            f"“{stored.name}” was changed elsewhere: it is at revision {stored.revision}, your copy is at {base}. "
            f"Yours would change: {diff.summary()}. Load it again, then repeat your change.",
            errors=diff.as_errors(),
        )
        self.revision = stored.revision
        self.diff = diff


def differs(flow: r.Flow, active: dict[str, Published]) -> bool:
    """Whether the draft does something else than the version that runs; False for a flow that does not run."""
    running = active.get(flow.id)
    return running is not None and running.meaning != meaning(flow.graph)


def name_taken(name: str) -> Conflict:
    """The refusal of a name another flow has."""
    return Conflict("flow_name_taken", f"There is already a flow named “{name}”. Choose another name.")


def flow_missing() -> NotFound:
    """The refusal for a flow that is not there, or not in this workspace."""
    return NotFound("flow_not_found", "This flow does not exist. It may have been deleted.")


def flow_busy() -> Conflict:
    """The refusal when others kept changing the flow while we tried."""
    return Conflict("flow_busy", "The flow is being changed by others right now. Try again.")


def refuse_unready(flow: r.Flow, issues: Sequence[Issue]) -> None:
    """Raises `Invalid("flow_incomplete")` when an error stands in the way of activation."""
    errors = [issue for issue in issues if issue.severity == "error"]
    if errors:
        count = "one problem" if len(errors) == 1 else f"{len(errors)} problems"
        raise Invalid(
            "flow_incomplete",
            f"“{flow.name}” cannot be activated: it has {count}. {errors[0].message}",
            errors=[as_error(issue) for issue in errors[:50]],
        )
