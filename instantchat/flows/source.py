"""Python source from a flow's JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from instantchat.engine.compiled import CompiledFlow
from instantchat.engine.graph import parse_graph
from instantchat.engine.node import Exit, Node

from .error import FlowError
from .names import exit_key, free_id, open_exits
from .spelling import Call, Code
from .writing import step_call, without

if TYPE_CHECKING:
    from .flow import Flow


def to_source(data: Mapping[str, Any], flow_class: type[Flow]) -> str:
    """A module that makes this flow, well formed and complete as `Flow.to_json` gives it, as `flow`."""
    compiled, _ = parse_graph(data)
    if compiled is None:
        raise FlowError("The flow is malformed.")
    settings = _settings(data)
    calls = list(_calls(data, compiled, flow_class))
    flow = flow_class(data["name"], **settings)
    for call in calls:
        call.run(flow)
    drawn = _drawn(data, flow.to_json(), compiled)
    opening = Call("Flow", (data["name"],), settings).text().removeprefix(".")
    chain = "".join(f"    {line}\n" for line in [opening, *(call.text() for call in calls)])
    helpers = {each.helper for call in calls for each in (*call.given, *call.named.values()) if isinstance(each, Code)}
    names = ", ".join(sorted({"Flow", *helpers}))
    return f"from instantchat.flows import {names}\n\nflow = (\n{chain})\n" + (
        f"flow{drawn.text(indent='')}\n" if drawn.named else ""
    )


def _settings(data: Mapping[str, Any]) -> dict[str, Any]:
    usual: dict[str, Any] = {"category": "", "priority": 0, "reentry": {"mode": "always"}}
    settings = {name: data[name] for name, value in usual.items() if data[name] != value}
    settings |= {"references": data["references"]} if "references" in data else {}
    if "reentry" in settings and set(settings["reentry"]) == {"mode"}:
        settings["reentry"] = settings["reentry"]["mode"]
    return settings


def _calls(data: Mapping[str, Any], compiled: CompiledFlow, flow_class: type[Flow]) -> Iterator[Call]:
    """The steps in the nodes' order, each followed by where its exits lead."""
    targets = {exit_key(edge, compiled.nodes): edge["target"] for edge in data["edges"]}
    items: Sequence[Mapping[str, Any]] = data["nodes"]
    taken: set[str] = set()
    open_exit: tuple[str, str] | None = None
    begun = False
    for index, item in enumerate(items):
        node_id, node = item["id"], compiled.nodes[item["id"]]
        is_chained = open_exit is not None and targets.get(open_exit) == node_id
        begins_way = begun and node.is_executed and not node.starts_runs and not is_chained
        if begins_way:
            yield Call("step", (node_id,))
        is_named = begins_way or node_id == free_id(type(node), taken)
        yield step_call(item, node, {} if is_named else {"id": node_id}, flow_class)
        taken.add(node_id)
        if node.is_executed:
            begun = True
            exits = open_exits(node)
            open_exit = (node_id, exits[0]) if exits else None
            yield from _ways(node_id, node, targets, _next_in_way(items[index + 1 :], compiled))


def _next_in_way(items: Sequence[Mapping[str, Any]], compiled: CompiledFlow) -> str | None:
    """The next step of the chain: notes are beside it, a trigger begins another."""
    executed = (item["id"] for item in items if compiled.nodes[item["id"]].is_executed)
    found = next(executed, None)
    return None if found is None or compiled.nodes[found].starts_runs else found


def _ways(node_id: str, node: Node, targets: Mapping[tuple[str, str], str], next_id: str | None) -> Iterator[Call]:
    first, *others = open_exits(node) or [""]
    fixed = {spec.id for spec in node.exit_spec if isinstance(spec, Exit)}
    titles = {exit_id: title for exit_id, title in node.exit_labels().items() if exit_id not in fixed}
    for exit_id in others:
        target = targets.get((node_id, exit_id))
        if target is None:
            continue
        if (node.type, exit_id) == ("conditionNode", "false"):
            yield Call("otherwise", (target,))
        else:
            yield Call("case", (_exit_name(exit_id, titles, node), target))
    target = targets.get((node_id, first))
    if target is not None and target != next_id:
        yield Call("goto", (target,))


def _exit_name(exit_id: str, titles: Mapping[str, str], node: Node) -> str:
    """The exit's title where that can mean no other."""
    title = titles.get(exit_id, "")
    is_clear = bool(title) and title not in node.exits() and list(node.exit_labels().values()).count(title) == 1
    return title if is_clear else exit_id


def _drawn(data: Mapping[str, Any], made: Mapping[str, Any], compiled: CompiledFlow) -> Call:
    """What the steps alone do not give: places, ids and order of edges, the viewport."""
    named: dict[str, Any] = {}
    nodes = {
        item["id"]: without(item, "id", "type", "data")
        for item, other in zip(data["nodes"], made["nodes"], strict=True)
        if item != other
    }
    if nodes:
        named["nodes"] = nodes
    if data["edges"] != made["edges"]:
        named["edges"] = {exit_key(edge, compiled.nodes): _told(edge, compiled) for edge in data["edges"]}
    if data["viewport"] != made["viewport"]:
        named["viewport"] = data["viewport"]
    return Call("drawn", (), named)


def _told(edge: Mapping[str, Any], compiled: CompiledFlow) -> Any:
    rest = without(edge, "source", "target")
    _, exit_id = exit_key(edge, compiled.nodes)
    return edge["id"] if rest == {"id": edge["id"], "sourceHandle": exit_id} and isinstance(edge["id"], str) else rest
