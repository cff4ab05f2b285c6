"""Everything wrong with a flow, for the canvas and for activation.

Errors: required, bad_regex, bad_path, bad_name, bad_url, bad_header, bad_time, bad_timezone, bad_cron, too_often,
tag_and_field, too_long, blocked_address, no_start, loop_without_wait. Warnings: bad_template, starts_on_any,
unreachable, variable_never_set, keyword_clash, note_connected, both_choices, long_title. Info: unconnected_exit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .compiled import CompiledFlow
from .graph import ISSUE_LIMIT, parse_graph
from .issues import Issue
from .scope import CONTACT_ATTRIBUTES, ROOTS
from .text import shorten

CONTACT_ROOTS = CONTACT_ATTRIBUTES | {"fields"}
CLASHES_SHOWN = 20


def validate_flow(data: Any, others: Sequence[tuple[str, CompiledFlow]] = ()) -> list[Issue]:
    """Everything wrong with a flow's JSON, the worst first, at most 200 issues.

    `others` are the other active flows (name, compiled). Any JSON at all gives issues, never an exception.
    """
    flow, issues = parse_graph(data)
    if flow is None:
        return issues
    found = [
        *_node_findings(flow),
        *_start_findings(flow),
        *_loops(flow),
        *_unreachable(flow),
        *_unset_variables(flow),
        *_clashes(flow, others),
        *_notes_connected(flow, data),
        *_unconnected(flow),
    ]
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda issue: order[issue.severity])[:ISSUE_LIMIT]


def _node_findings(flow: CompiledFlow) -> Iterator[Issue]:
    for node_id, node in flow.nodes.items():
        yield from (replace(issue, node_id=node_id) for issue in node.findings())


def _start_findings(flow: CompiledFlow) -> Iterator[Issue]:
    if not flow.listeners and not any(node.starts_runs for node in flow.nodes.values()):
        hint = "Add a trigger node and connect it to the first step."
        yield Issue("no_start", "Nothing starts this flow.", hint=hint)
    elif flow.starts:
        hint = "Add a trigger to say which messages do."
        yield Issue("starts_on_any", "Any message starts this flow.", "warning", node_id=flow.starts[0], hint=hint)


def _loops(flow: CompiledFlow) -> Iterator[Issue]:
    """One issue per ring of nodes in which no run ever waits for a person or a time."""
    spinning = {node_id for node_id, node in flow.executed() if not node.waits()}
    ways = {
        node_id: [target for target in flow.edges.get(node_id, {}).values() if target in spinning]
        for node_id in flow.nodes
        if node_id in spinning
    }
    for node_id in _ring_entries(ways):
        hint = "Put a delay, or a message with quick replies, into the loop."
        message = "The flow comes back here without ever waiting."
        yield Issue("loop_without_wait", message, node_id=node_id, hint=hint)


def _ring_entries(ways: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Nodes that close a ring (targets of back edges in a depth-first search), each once."""
    done: set[str] = set()
    entries: dict[str, None] = {}
    for root in ways:
        path: dict[str, Iterator[str]] = {}
        current: str | None = root if root not in done else None
        while current is not None:
            upcoming = path.setdefault(current, iter(ways[current]))
            target = next(upcoming, None)
            if target is None:
                done.add(current)
                del path[current]
                current = next(reversed(path), None)
            elif target in path:
                entries[target] = None
            elif target not in done:
                current = target
    return iter(entries)


def _unreachable(flow: CompiledFlow) -> Iterator[Issue]:
    reached = flow.reachable()
    for node_id, node in flow.executed():
        if node_id not in reached and not node.starts_runs:
            hint = "Connect it, or delete it."
            yield Issue("unreachable", "No run can come here.", "warning", node_id=node_id, hint=hint)


def _unset_variables(flow: CompiledFlow) -> Iterator[Issue]:
    known = {name for node in flow.nodes.values() for name in node.sets()}
    for node_id, node in flow.nodes.items():
        told: set[str] = set()
        for field, path in node.reads():
            name = _variable_of(path)
            if name is not None and name not in known and name not in told:
                told.add(name)
                hint = "It stays empty unless another flow sets it. Set it before, or write {{name|a fallback}}."
                message = f"Nothing in this flow sets {shorten(name, 60)!r}."
                yield Issue("variable_never_set", message, "warning", node_id=node_id, field=field, hint=hint)


def _variable_of(path: tuple[str, ...]) -> str | None:
    root = path[0]
    if root == "variables":
        return path[1] if len(path) > 1 else None
    return None if root in ROOTS or root in CONTACT_ROOTS else root


def _clashes(flow: CompiledFlow, others: Sequence[tuple[str, CompiledFlow]]) -> Iterator[Issue]:
    shown = 0
    for listener in flow.listeners:
        for name, other in others:
            phrases = (listener.trigger.clash(theirs.trigger) for theirs in other.listeners)
            phrase = next((each for each in phrases if each), None)
            if phrase is not None:
                message = f"The flow “{shorten(name, 60)}” listens to {phrase} too."
                hint = "The older flow wins, unless the other has a higher priority."
                yield Issue("keyword_clash", message, "warning", node_id=listener.node_id, hint=hint)
                shown += 1
                if shown >= CLASHES_SHOWN:
                    return


def _notes_connected(flow: CompiledFlow, data: Any) -> Iterator[Issue]:
    notes = {node_id for node_id, node in flow.nodes.items() if not node.is_executed}
    for target in dict.fromkeys(edge["target"] for edge in data.get("edges") or ()):
        if target in notes:
            message = "An edge leads into this note; runs end before it."
            yield Issue("note_connected", message, "warning", node_id=target, hint="Notes are not part of the flow.")


def _unconnected(flow: CompiledFlow) -> Iterator[Issue]:
    for node_id, node in flow.executed():
        ways = flow.edges.get(node_id, {})
        for exit_id, label in node.exit_labels().items():
            if exit_id and exit_id not in ways:
                message = f"Nothing is connected to “{shorten(label or exit_id, 60)}”: the run ends there."
                yield Issue("unconnected_exit", message, "info", node_id=node_id)
