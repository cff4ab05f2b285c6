"""A flow as services hand it out, and the refusals flows have of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from instantchat.engine.diff import FlowDiff, meaning
from instantchat.engine.issues import Issue
from instantchat.engine.redaction import redact_graph
from instantchat.errors import Conflict, FieldError, Invalid, NotFound
from instantchat.features.auth.member import Member
from instantchat.features.flows import schemas as s
from instantchat.features.flows.draft import as_error
from instantchat.features.flows.published import Published
from instantchat.store import records as r

EDITOR: r.Role = "admin"
"""Who may change flows, and so see what is secret in them."""
_SHOWN = 50


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
            errors=_differences(diff),
        )
        self.revision = stored.revision
        self.diff = diff


def shown_to(member: Member, flow: r.Flow) -> r.Flow:
    """The flow as the member may see it: secrets are for those who may edit it."""
    return flow if member.has(EDITOR) else replace(flow, graph=redact_graph(flow.graph))


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


def version_missing(number: str) -> NotFound:
    """The refusal for a version that the flow does not have."""
    said = f"no version “{number[:20]}”" if number else "not been published yet: there is no version to compare with"
    return NotFound("version_not_found", f"This flow has {said}.")


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


def _differences(diff: FlowDiff) -> list[FieldError]:
    nodes = [("node_added", node.id) for node in diff.nodes_added]
    nodes += [("node_removed", node.id) for node in diff.nodes_removed]
    nodes += [("node_changed", change.node.id) for change in diff.nodes_changed]
    edges = [("edge_added", edge.id) for edge in diff.edges_added]
    edges += [("edge_removed", edge.id) for edge in diff.edges_removed]
    edges += [("edge_changed", change.after.id) for change in diff.edges_changed]
    errors = [FieldError(code=code, message=_said(code, each), node_id=each, field="nodes") for code, each in nodes]
    errors += [FieldError(code=code, message=_said(code, each), field=f"edges.{each}") for code, each in edges]
    return errors[:_SHOWN]


def _said(code: str, each: str) -> str:
    return f"The {code.replace('_', ' was ')} ({each})."
