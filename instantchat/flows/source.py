"""Python source from a flow's JSON: the steps that read best, each tried before it is written down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from instantchat.engine.compiled import CompiledFlow
from instantchat.engine.graph import parse_graph
from instantchat.engine.node import Exit, Node
from instantchat.engine.registry import trigger_types

from . import answers, triggers
from .choices import choices
from .error import FlowError
from .fields import to_python_names
from .names import exit_key, free_id, open_exits

if TYPE_CHECKING:
    from .flow import Flow

WIDTH = 100
# The steps of `Steps` that only put their first arguments into fields, by node type and variant.
PLAIN_STEPS: dict[tuple[str, str | None], tuple[str, tuple[str, ...]]] = {
    ("messageNode", None): ("say", ("content",)),
    ("questionNode", None): ("ask", ("content",)),
    ("aiNode", None): ("ai", ("instructions",)),
    ("subflowNode", None): ("run", ("flow",)),
    ("noteNode", None): ("note", ("text",)),
    ("actionNode", "tag_customer"): ("tag", ("tag",)),
    ("actionNode", "untag_customer"): ("untag", ("tag",)),
    ("actionNode", "set_variable"): ("set", ("variable", "value")),
    ("actionNode", "set_field"): ("set_field", ("field", "value")),
    ("actionNode", "api_call"): ("call", ("endpoint",)),
    ("actionNode", "start_flow"): ("start", ("flow",)),
    ("actionNode", "handoff"): ("hand_off", ("note",)),
    ("actionNode", "stop"): ("stop", ()),
}
CHOICES = ("quick_replies", "buttons", "choices")


@dataclass(frozen=True)
class Code:
    """A value written as a call of one of our functions."""

    value: Any
    text: str
    helper: str


@dataclass(frozen=True)
class Call:
    """A step as written: the method and what it is given."""

    method: str
    given: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)

    def run(self, flow: Flow) -> None:
        """Take the step."""
        named = {name: _value(each) for name, each in self.named.items()}
        getattr(flow, self.method)(*map(_value, self.given), **named)

    def line(self) -> str:
        """As source, in one line."""
        return f"{self.method}({', '.join(self._parts())})"

    def text(self, indent: str = "    ") -> str:
        """As source, in several lines when it is long."""
        parts = self._parts()
        line = f".{self.line()}"
        if len(line) <= WIDTH or not parts:
            return line
        return f".{self.method}(\n" + "".join(f"{indent}    {part},\n" for part in parts) + f"{indent})"

    def _parts(self) -> list[str]:
        return [*map(literal, self.given), *(f"{name}={literal(each)}" for name, each in self.named.items())]


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


def literal(value: Any) -> str:
    """A JSON value as a Python literal on one line; what cannot be seen is escaped."""
    if isinstance(value, Code):
        return value.text
    if isinstance(value, str):
        return re.sub(r"[^\x20-\x7e]", _escape, json.dumps(value, ensure_ascii=False))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))})"
    return f"[{', '.join(map(literal, value))}]" if isinstance(value, list) else repr(value)


def _escape(found: re.Match[str]) -> str:
    letter = found.group()
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def _value(value: Any) -> Any:
    if isinstance(value, Code):
        return value.value
    return [_value(item) for item in value] if isinstance(value, list) else value


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
        yield _step(item, node, {} if is_named else {"id": node_id}, flow_class)
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


def _step(item: Mapping[str, Any], node: Node, named: dict[str, Any], flow_class: type[Flow]) -> Call:
    """The first way to write the step that makes exactly this node."""
    type_name, data = item["type"], item["data"]
    for call in _candidates(node, data):
        scratch = flow_class("scratch")
        try:
            call.run(scratch)
        except (FlowError, TypeError):
            continue
        made = scratch.to_json()["nodes"][0]
        if (made["type"], made["data"]) == (type_name, data):
            return Call(call.method, call.given, {**call.named, **named})
    return Call("node", (type_name,), {"data": data, **named})


def _candidates(node: Node, data: Mapping[str, Any]) -> Iterator[Call]:
    cls = type(node)
    given, rest = to_python_names(cls, {key: value for key, value in data.items() if key != cls.discriminator})
    more = {"data": rest} if rest else {}
    if cls.starts_runs and isinstance(data.get("triggers"), list):
        yield Call("on", tuple(map(_trigger, data["triggers"])))
    if cls.type == "delayNode":
        yield from _waits(given)
    if cls.type == "conditionNode":
        yield from _conditions(given)
    if cls.type == "randomizerNode" and isinstance(given.get("splits"), list):
        splits = [split for split in given["splits"] if isinstance(split, Mapping)]
        weights = {split.get("id"): split.get("weight") for split in splits}
        yield Call("split", (weights,), {**_without(given, "splits"), **more})
    method, fields = PLAIN_STEPS.get((cls.type, cls.variant), ("", ()))
    if method and all(name in given for name in fields):
        first = tuple(given[name] for name in fields)
        yield Call(
            method, first, {**{key: _short(key, each) for key, each in _without(given, *fields).items()}, **more}
        )
    if cls.variant is not None and cls.type == "actionNode":
        yield Call("do", (cls.variant,), {**given, **more})
    yield Call(
        "node",
        (cls.type,),
        {**given, "data": {**rest, cls.discriminator: cls.variant}} if cls.variant else {**given, **more},
    )


def _waits(given: Mapping[str, Any]) -> Iterator[Call]:
    if "amount" in given and "unit" in given:
        yield Call("wait", (), {given["unit"]: given["amount"], **_without(given, "amount", "unit")})
    until = given.get("until")
    if isinstance(until, Mapping) and "time" in until:
        yield Call("wait_until", (until["time"],), {**_without(until, "time"), **_without(given, "until")})


def _conditions(given: Mapping[str, Any]) -> Iterator[Call]:
    rules = given.get("rules")
    if isinstance(rules, list) and rules and all(isinstance(rule, Mapping) for rule in rules):
        written = tuple(tuple(rule[name] for name in ("field", "op", "value") if name in rule) for rule in rules)
        rest = _without(given, "rules", "match")
        if len(written) == 1:
            yield Call("when", written[0], rest)
        yield Call(f"when_{given.get('match', 'all')}", written, rest)
    if "keyword" in given:
        yield Call("when_said", (given["keyword"],), _without(given, "keyword"))


def _trigger(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    name = item.get("type")
    cls = trigger_types().get(name) if isinstance(name, str) else None
    if cls is None:
        return item
    given, _ = to_python_names(cls, item)
    words = given.get("keywords")
    calls = [] if given else [Call("any_message")]
    calls += [Call("keyword", tuple(words), _without(given, "keywords"))] if isinstance(words, list) else []
    return _expression(triggers, [*calls, Call("trigger", (name,), given)], item)


def _short(name: str, value: Any) -> Any:
    """Choices as their titles and answers as calls, where that says the same."""
    if name in CHOICES and isinstance(value, list):
        return _titles(value) or value
    return _answer(value) if name == "answer" and isinstance(value, Mapping) else value


def _titles(items: Any) -> list[str]:
    """The titles that make exactly these choices, or none."""
    found = items if isinstance(items, list) else []
    titles = [title for item in found if isinstance(item, Mapping) and isinstance(title := item.get("title"), str)]
    return titles if choices(titles) == items else []


def _answer(value: Mapping[str, Any]) -> Any:
    kind, rest = value.get("type"), _without(value, "type")
    if kind not in answers.__all__:
        return value
    ways = [Call(kind, (), rest), Call(kind, tuple(_titles(rest.get("options")))), Call(kind, tuple(rest.values()))]
    return _expression(answers, ways, value)


def _expression(module: Any, calls: Sequence[Call], wanted: Any) -> Any:
    """The first call of a function of the module that makes `wanted`; without one, `wanted` as it is."""
    for call in calls:
        try:
            made = getattr(module, call.method)(*call.given, **call.named)
        except (FlowError, TypeError):
            continue
        if made == wanted:
            return Code(made, call.line(), call.method)
    return wanted


def _drawn(data: Mapping[str, Any], made: Mapping[str, Any], compiled: CompiledFlow) -> Call:
    """What the steps alone do not give: places, ids and order of edges, the viewport."""
    named: dict[str, Any] = {}
    nodes = {
        item["id"]: _without(item, "id", "type", "data")
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
    rest = _without(edge, "source", "target")
    _, exit_id = exit_key(edge, compiled.nodes)
    return edge["id"] if rest == {"id": edge["id"], "sourceHandle": exit_id} and isinstance(edge["id"], str) else rest


def _without(data: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}
