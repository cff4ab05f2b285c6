"""How a node is written as a step: the ways that could be, the best first, each tried before it is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from instantchat.engine.node import Node
from instantchat.engine.registry import trigger_types

from . import answers, triggers
from .choices import choices
from .fields import to_python_names
from .spelling import Call, Code

if TYPE_CHECKING:
    from .flow import Flow

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


def step_call(item: Mapping[str, Any], node: Node, named: dict[str, Any], flow_class: type[Flow]) -> Call:
    """The first way to write the step that makes exactly this node."""
    type_name, data = item["type"], item["data"]
    for call in _candidates(node, data):
        scratch = flow_class("scratch")
        try:
            call.run(scratch)
        except (ValueError, TypeError):
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
        yield Call("split", (weights,), {**without(given, "splits"), **more})
    method, fields = PLAIN_STEPS.get((cls.type, cls.variant), ("", ()))
    if method and all(name in given for name in fields):
        first = tuple(given[name] for name in fields)
        yield Call(method, first, {**{key: _short(key, each) for key, each in without(given, *fields).items()}, **more})
    if cls.variant is not None and cls.type == "actionNode":
        yield Call("do", (cls.variant,), {**given, **more})
    yield Call(
        "node",
        (cls.type,),
        {**given, "data": {**rest, cls.discriminator: cls.variant}} if cls.variant else {**given, **more},
    )


def _waits(given: Mapping[str, Any]) -> Iterator[Call]:
    if "amount" in given and "unit" in given:
        yield Call("wait", (), {given["unit"]: given["amount"], **without(given, "amount", "unit")})
    until = given.get("until")
    if isinstance(until, Mapping) and "time" in until:
        yield Call("wait_until", (until["time"],), {**without(until, "time"), **without(given, "until")})


def _conditions(given: Mapping[str, Any]) -> Iterator[Call]:
    rules = given.get("rules")
    if isinstance(rules, list) and rules and all(isinstance(rule, Mapping) for rule in rules):
        written = tuple(tuple(rule[name] for name in ("field", "op", "value") if name in rule) for rule in rules)
        rest = without(given, "rules", "match")
        if len(written) == 1:
            yield Call("when", written[0], rest)
        yield Call(f"when_{given.get('match', 'all')}", written, rest)
    if "keyword" in given:
        yield Call("when_said", (given["keyword"],), without(given, "keyword"))


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
    calls += [Call("keyword", tuple(words), without(given, "keywords"))] if isinstance(words, list) else []
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
    kind, rest = value.get("type"), without(value, "type")
    if kind not in answers.__all__:
        return value
    ways = [Call(kind, (), rest), Call(kind, tuple(_titles(rest.get("options")))), Call(kind, tuple(rest.values()))]
    return _expression(answers, ways, value)


def _expression(module: Any, calls: Sequence[Call], wanted: Any) -> Any:
    """The first call of a function of the module that makes `wanted`; without one, `wanted` as it is."""
    for call in calls:
        try:
            made = getattr(module, call.method)(*call.given, **call.named)
        except (ValueError, TypeError):
            continue
        if made == wanted:
            return Code(made, call.line(), call.method)
    return wanted


def without(data: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """The data but for these keys."""
    return {key: value for key, value in data.items() if key not in keys}
