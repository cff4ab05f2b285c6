"""An event and its runs put together with what a reader cannot look up: names, nodes, messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from instantchat.engine.registry import node_class
from instantchat.engine.upgrades import upgrade_stored
from instantchat.features.inbox.why.reasons import decision_sentence
from instantchat.features.inbox.why.record import DecisionOut, EffectOut, StepOut
from instantchat.features.inbox.why.words import effect_sentence
from instantchat.store import records as r

_MESSAGES = ("send_message", "reply_to_comment", "react")
"""The effects that become messages, one each."""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """A node as its version draws it."""

    label: str
    card: str
    exits: dict[str, str]


@dataclass(frozen=True, slots=True)
class FlowFacts:
    """A version of a flow: its name (the flow's own, while there is one) and its nodes by id."""

    flow_id: str
    name: str
    is_there: bool
    number: int | None
    nodes: dict[str, NodeFacts]


@dataclass(frozen=True, slots=True)
class RunStory:
    """A run, its trace and the messages it led to, oldest first."""

    run: r.RunRecord
    flow: FlowFacts
    trace: list[StepOut]
    messages: list[r.Message]


@dataclass(frozen=True, slots=True)
class EventStory:
    """An event, the decision about it (None while it is not handled), and the runs and messages it led to."""

    event: r.Event
    decision: DecisionOut | None
    runs: list[RunStory] = field(default_factory=list)
    messages: list[r.Message] = field(default_factory=list)


def nodes_of(version: r.FlowVersion) -> dict[str, NodeFacts]:
    """The nodes of a stored version that can be read."""
    graph = upgrade_stored(version.graph)
    listed = graph.get("nodes")
    found: dict[str, NodeFacts] = {}
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict) and isinstance(item.get("id"), str) and isinstance(item.get("type"), str):
            facts = _facts(item["type"], item.get("data"))
            if facts is not None:
                found[item["id"]] = facts
    return found


def _facts(type_name: str, data: object) -> NodeFacts | None:
    given = data if isinstance(data, dict) else {}
    kind = node_class(type_name, given)
    node = kind.parse(given)[0] if kind is not None else None
    if kind is None or node is None:
        return None
    card = node.card()
    return NodeFacts(kind.label, "" if card == kind.label else card, node.exit_labels())


def tell_run(
    run: r.RunRecord, trace: list[StepOut], flows: dict[str, FlowFacts], sent: Iterable[r.Message]
) -> RunStory:
    """A run with its steps named. `flows` are the versions its steps were in; of the messages `sent`, those of other
    runs are left out."""
    flow = flows[run.version_id]
    messages = sorted((each for each in sent if each.run_id == run.id), key=lambda each: (each.created_at, each.id))
    for step in trace:
        place = flows.get(step.version_id) if step.version_id else flow
        _name(step, place, is_inner=step.version_id is not None)
    _match(trace, messages)
    return RunStory(run, flow, trace, messages)


def settle_sentences(decision: DecisionOut, flow_of_run: dict[str, str], names: dict[str, str]) -> None:
    """Say the decision and its follow-ups in words. `flow_of_run`: flow names by run; `names`: by flow."""
    for each in decision.all():
        run_id = each.started_run_id or each.resumed_run_id or next(iter(each.resumed_run_ids), None)
        chosen = next((verdict.name for verdict in each.verdicts if verdict.chosen), "")
        flow = flow_of_run.get(run_id or "") or chosen or names.get(each.started_flow_id or "", "")
        each.sentence = decision_sentence(
            each.reason,
            flow=flow,
            is_asked=bool(each.verdicts),
            has_match=any(verdict.matched for verdict in each.verdicts),
            is_stale_tap=each.ended_run_id is not None,
        )


def _name(step: StepOut, flow: FlowFacts | None, *, is_inner: bool) -> None:
    facts = flow.nodes.get(step.node_id) if flow is not None else None
    if facts is not None:
        step.label, step.card = facts.label, facts.card
        step.exit_label = facts.exits.get(step.exit) if step.exit else None
    else:
        kind = node_class(step.type, {}) if step.type else None
        step.label = kind.label if kind is not None else "A node that is gone"
    if is_inner and flow is not None:
        step.flow_id, step.flow_name = flow.flow_id, flow.name
    for effect in step.effects:
        effect.sentence = effect_sentence(effect)


def _match(trace: Sequence[StepOut], messages: Sequence[r.Message]) -> None:
    """Which message each effect became. They are in the same order, and the trace may lack its oldest steps. A
    disclosure was no step's."""
    written = [each for each in messages if "notice" not in each.extras]
    effects: list[EffectOut] = [each for step in trace for each in step.effects if each.kind in _MESSAGES]
    for effect, message in zip(reversed(effects), reversed(written), strict=False):
        effect.message_id = message.id
