"""Variables and responses that are read before anything sets them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ..compiled import CompiledFlow
from ..issues import Issue
from ..node import Node
from ..scope import CONTACT_ATTRIBUTES, ROOTS, Path
from ..text import shorten
from .subject import Subject

RESPONSE = "response"
_CONTACT_ROOTS = CONTACT_ATTRIBUTES | {"fields"}
_NEVER_HINT = "It stays empty unless another flow sets it. Set it before, or write {{name|a fallback}}."
_UNSET_HINT = "Set it on the way here, or write {{name|a fallback}}."
_RESPONSE_HINT = "Call an API on the way here, or write {{response.body|a fallback}}."


@dataclass(frozen=True, slots=True)
class _Set:
    """What is set by the time a run comes to a node: bits of names, on some way and on every way."""

    somewhere: int
    everywhere: int

    def joined(self, other: _Set) -> _Set:
        return _Set(self.somewhere | other.somewhere, self.everywhere & other.everywhere)

    def with_names(self, bits: int) -> _Set:
        return _Set(self.somewhere | bits, self.everywhere | bits)


def find(subject: Subject) -> Iterator[Issue]:
    """One finding per node and name. A fallback makes up for a missing value; conditions may ask about any name that
    something in the flow sets."""
    reads = {node_id: list(_unguarded(node)) for node_id, node in subject.flow.nodes.items()}
    wanted = {name for found in reads.values() for _, name, _ in found}
    inner: dict[int, frozenset[str]] = {}
    names = {node_id: wanted.intersection(_names(subject, each, inner)) for node_id, each in subject.flow.nodes.items()}
    bits = {name: 1 << place for place, name in enumerate(sorted(set().union(*names.values())))}
    before = _before(subject.flow, {node_id: sum(bits[name] for name in found) for node_id, found in names.items()})
    for node_id, found in reads.items():
        told: set[str] = set()
        for field, name, is_compared in found:
            if name in told:
                continue
            issue = _judge(name, bits.get(name, 0), before.get(node_id), is_compared)
            if issue is not None:
                told.add(name)
                yield Issue(issue.code, issue.message, issue.severity, node_id=node_id, field=field, hint=issue.hint)


def _judge(name: str, bit: int, before: _Set | None, is_compared: bool) -> Issue | None:
    """What there is to say about a name that is read; `before` is None where no run comes."""
    shown = repr(shorten(name, 60))
    if name == RESPONSE:
        if before is None or before.somewhere & bit:
            return None
        return Issue("no_response_yet", "No API is called before this step.", "warning", hint=_RESPONSE_HINT)
    if not bit:
        return Issue("variable_never_set", f"Nothing in this flow sets {shown}.", "warning", hint=_NEVER_HINT)
    if before is None or is_compared or before.everywhere & bit:
        return None
    if before.somewhere & bit:
        message = f"{shown} is set on some of the ways here, not on all."
        return Issue("variable_maybe_unset", message, "info", hint=_UNSET_HINT)
    return Issue(
        "variable_unset", f"{shown} is set in this flow, but on no way to this step.", "warning", hint=_UNSET_HINT
    )


def _before(flow: CompiledFlow, sets: dict[str, int]) -> dict[str, _Set]:
    """What is set before each node that a run can come to. A node's names count as set after it, whatever its exit."""
    everything = 0
    for bits in sets.values():
        everything |= bits
    before: dict[str, _Set] = {}
    coming = deque((each.node_id, _Set(0, 0)) for each in flow.listeners if each.node_id is not None)
    coming.extend((start, _Set(everything if index else 0, 0)) for index, start in enumerate(flow.starts))
    while coming:
        node_id, given = coming.popleft()
        known = before.get(node_id)
        joined = given if known is None else known.joined(given)
        if joined != known:
            before[node_id] = joined
            after = joined.with_names(sets[node_id])
            coming.extend((target, after) for target in flow.edges.get(node_id, {}).values())
    return before


def _names(subject: Subject, node: Node, inner: dict[int, frozenset[str]]) -> Iterator[str]:
    """The names that a node sets; with `inner`, by flow, those of the flows that nodes go through."""
    yield from node.sets()
    if node.gives_response:
        yield RESPONSE
    target = subject.target(node)
    if target is not None and target is not subject.flow:
        if id(target) not in inner:
            inner[id(target)] = frozenset()  # while it is being read: a flow may go through itself
            inner[id(target)] = frozenset(
                name for child in target.nodes.values() for name in _names(subject, child, inner)
            )
        yield from inner[id(target)]


def _unguarded(node: Node) -> Iterator[tuple[str, str, bool]]:
    """Every (field, name, whether it is only compared) that a node reads without a fallback."""
    slots = node.slots
    in_templates = {(field, slot.path) for field, slot in slots}
    bare = {(field, slot.path) for field, slot in slots if slot.fallback is None}
    for field, path in node.reads():
        name = _name_of(path)
        if name is not None and ((field, path) in bare or (field, path) not in in_templates):
            yield field, name, (field, path) not in in_templates


def _name_of(path: Path) -> str | None:
    root = path[0]
    if root == "variables":
        return path[1] if len(path) > 1 else None
    return None if root != RESPONSE and (root in ROOTS or root in _CONTACT_ROOTS) else root
