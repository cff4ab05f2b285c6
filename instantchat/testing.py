"""For the tests of nodes, triggers and effects, of this package and of others: what each must have, and golden cases.

A case file is a JSON list, one file for each type; everything but `name`, `data` and `expect` can be left out:

    name        what it shows, unique in the file
    data        the node's or trigger's JSON
    message     what the contact sent: its text, or the fields of `InboundMessage`
    contact     fields of `ContactView`;  comment, response: what the run has of them
    timezone, windowEnd, neverWrote, isFirst, hasAi, lastStarts
                the rest of the world; it is Monday 2026-01-05, 12:00 UTC
    connected   the exits with an edge (else: all);  memory: that of the wait
    input       what resumes the node, `{"kind": "reply", "message": "yes", "tap": {"nodeId": "n1", "exit": "a"}}`;
                without it the node is entered, as `n1` of `run_1`
    expect      for a node `{outcome, exit, effects, note, error, warnings, values, waitsFor, until, memory, flow}`, for
                a trigger `{match, values, oncePerHours}` or `{noMatch, values}`, without what is empty;
                `{"issues": [...]}` asks what validation finds instead

Write what you expect by hand, then run. `update=True` writes what the code does: read the diff before keeping it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from instantchat.engine.block import Block
from instantchat.engine.compiled import CompiledFlow
from instantchat.engine.context import AccountView, ContactView, Context, InboundMessage
from instantchat.engine.effects import Effect
from instantchat.engine.inputs import Input
from instantchat.engine.issues import Issue
from instantchat.engine.node import EnterFlow, Node, Outcome, Take, WaitFor
from instantchat.engine.plain import from_json, to_json
from instantchat.engine.registry import node_class
from instantchat.engine.scope import snapshot
from instantchat.engine.trigger import Match, Trigger
from instantchat.engine.visit import Visit
from instantchat.engine.window import Window

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)  # a Monday
WINDOW_END = datetime(2026, 1, 6, 10, 0, tzinfo=UTC)
CARD_LIMIT = 200

Case = dict[str, Any]
B = TypeVar("B", bound=Block)


def check_node(cls: type[Node]) -> None:
    """AssertionError with everything that a node type still lacks: docstring, label, icon, labels of its fields, an
    example that is complete, a card of one line; and with upgrades that do not do what their examples say."""
    _complain(cls, [*_undescribed(cls), *_bad_card(cls, {}, "an empty one"), *_bad_examples(cls), *_bad_upgrades(cls)])


def check_trigger(cls: type[Trigger]) -> None:
    """AssertionError with everything that a trigger type still lacks."""
    wrong = [f"the example {each} has another type" for each in cls.examples if each.get("type") != cls.type]
    _complain(cls, [*_undescribed(cls), *wrong, *_bad_examples(cls)])


def check_effect(effect: Effect) -> None:
    """AssertionError when an effect cannot be stored as JSON, has no handler, or says in the trace what is no JSON."""
    from instantchat.runtime.effects import handlers

    data = json.loads(json.dumps(to_json(effect)))
    assert from_json(Effect, data) == effect, f"{effect.kind} does not come back from its JSON: {data}"
    assert json.loads(json.dumps(effect.told()))["kind"] == effect.kind
    assert effect.kind in handlers(), (
        f"nothing carries out {effect.kind!r}: offer an EffectHandler under the entry point group instantchat.effects "
        "and install the package (pip install --editable .)"
    )


def run_node_cases(cls: type[Node], path: Path, *, update: bool = False) -> None:
    """Every case of the file; AssertionError with the first that is not as expected."""
    _run_cases(path, lambda case: play_node(cls, case), update)


def run_trigger_cases(cls: type[Trigger], path: Path, *, update: bool = False) -> None:
    """Every case of the file; AssertionError with the first that is not as expected."""
    _run_cases(path, lambda case: play_trigger(cls, case), update)


def load_cases(path: Path) -> list[Case]:
    """The cases of a file; none when it is missing."""
    cases: list[Case] = json.loads(path.read_text()) if path.exists() else []
    return cases


def settle(path: Path, case: Case, actual: Case, update: bool = False) -> None:
    """Compare with what the case expects, or write it down."""
    if update and case["expect"] != actual:
        cases = load_cases(path)
        next(each for each in cases if each["name"] == case["name"])["expect"] = actual
        path.write_text(json.dumps(cases, indent=2, ensure_ascii=False) + "\n")
        return
    expected = case["expect"]
    assert actual == expected, f"{path.name}, {case['name']!r}:\nexpected {expected}\nbut got  {actual}"


def play_node(cls: type[Node], case: Case) -> Case:
    """What the node does: its issues when the case expects issues, else the outcome of entering or resuming it."""
    node, issues = _parse(cls, case["data"])
    if "issues" in case["expect"]:
        names = ("code", "severity", "field", "malformed")
        found = issues if node is None else list(node.findings())
        return {"issues": [without_empty({name: getattr(each, name) or None for name in names}) for each in found]}
    assert node is not None, issues
    visit = make_visit(node, case)
    if "input" not in case:
        return _describe(node.enter(visit), visit)
    given = dict(case["input"])
    if "message" in given:
        given["message"] = to_json(read_message(given["message"]))
    return _describe(node.resume(visit, from_json(Input, given)), visit)


def play_trigger(cls: type[Trigger], case: Case) -> Case:
    """What the trigger makes of the message: its issues when the case expects issues, else a match or why not."""
    trigger, issues = cls.parse(case["data"])
    if "issues" in case["expect"]:
        found = issues if trigger is None else list(trigger.findings())
        return {"issues": [without_empty({"code": each.code, "field": each.field}) for each in found]}
    assert trigger is not None, issues
    context = read_context(case)
    assert context.message is not None, "the case has no message"
    answer = trigger.match(context.message, context)
    assert answer.detail.endswith("."), f"{answer.detail!r} is no sentence"
    if isinstance(answer, Match):
        pause = trigger.once_per()
        hours = pause / timedelta(hours=1) if pause else None
        return without_empty({"match": answer.rank.name.lower(), "values": answer.values, "oncePerHours": hours})
    return without_empty({"noMatch": answer.reason, "values": answer.values})


def read_node(type_name: str, data: dict[str, Any]) -> Node:
    """A node of a registered type; AssertionError when its data cannot be read."""
    cls = node_class(type_name, data)
    assert cls is not None, f"there is no node type {type_name!r}, or no such variant of it"
    node, issues = cls.parse(data)
    assert node is not None, issues
    return node


def read_message(value: str | dict[str, Any]) -> InboundMessage:
    """A message from a case: its text, or its fields."""
    fields = {"text": value} if isinstance(value, str) else value
    return InboundMessage(**{"event_id": "evt_1", "kind": "message", "at": NOW, **fields})


def read_context(case: Case) -> Context:
    """The world of a case."""
    contact = {"id": "con_1", "igsid": "1789", **case.get("contact", {})}
    contact["tags"] = tuple(contact.get("tags", ()))
    end = datetime.fromisoformat(case["windowEnd"]) if "windowEnd" in case else WINDOW_END
    starts = {flow_id: datetime.fromisoformat(at) for flow_id, at in case.get("lastStarts", {}).items()}
    message = case.get("message")
    return Context(
        ContactView(**contact),
        AccountView("acc_1", timezone=case.get("timezone", "UTC")),
        NOW,
        Random(1),  # noqa: S311 - the same every time, on purpose
        None if message is None else read_message(message),
        Window(None if case.get("neverWrote") else end),
        "cnv_1",
        starts,
        is_first=case.get("isFirst", False),
        has_ai=case.get("hasAi", True),
    )


def make_visit(node: Node, case: Case) -> Visit:
    """The visit of a case: the node is `n1` of a flow in which all its exits are connected, or those the case says."""
    connected = dict.fromkeys(case.get("connected", node.exits()), "n2")
    flow = CompiledFlow({"n1": node}, {"n1": connected}, ("n1",), ())
    context = read_context(case)
    data: dict[str, Any] = {"response": case.get("response")}
    if context.message is not None:
        data["message"] = snapshot(context.message)
    if "comment" in case:
        data["comment"] = case["comment"]
    visit = Visit(flow, "run_1", "n1", context, context.contact, data, step=3)
    visit.memory = case.get("memory", {})
    return visit


def without_empty(value: Case) -> Case:
    """JSON without nulls and empty lists, objects and texts, so that cases show what matters."""
    kept = {key: _without_empty(item) for key, item in value.items()}
    return {key: item for key, item in kept.items() if item not in (None, "", [], {})}


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return without_empty(value)
    return [_without_empty(item) for item in value] if isinstance(value, list | tuple) else value


def _parse(cls: type[B], data: dict[str, Any]) -> tuple[B | None, list[Issue]]:
    """By the class itself; by the variant the data choose for a type that has some."""
    if issubclass(cls, Node) and cls.discriminator is not None and cls.variant is None:
        variant = node_class(cls.type, data)
        assert variant is not None, f"{cls.type} has no such variant: {data}"
        return variant.parse(data)  # type: ignore[return-value]  # a variant is a subclass of its type
    return cls.parse(data)


def _describe(outcome: Outcome, visit: Visit) -> Case:
    said: Case = {"outcome": outcome.kind, "effects": [to_json(each) for each in outcome.effects]}
    said |= {"note": outcome.note, "warnings": visit.warnings, "values": visit.values}
    if isinstance(outcome, WaitFor):
        said |= {"waitsFor": outcome.what, "memory": outcome.memory}
        said["until"] = outcome.until.isoformat() if outcome.until else None
    elif isinstance(outcome, EnterFlow):
        said["flow"] = outcome.flow
    else:
        said["error"] = outcome.error
    if isinstance(outcome, Take | EnterFlow):
        said["exit"] = outcome.exit
    return without_empty(said)


def _run_cases(path: Path, play: Callable[[Case], Case], update: bool) -> None:
    cases = load_cases(path)
    assert cases, f"there are no cases: write {path}"
    assert len({case["name"] for case in cases}) == len(cases), f"two cases of {path} have the same name"
    for case in cases:
        settle(path, case, play(case), update)


def _complain(cls: type[Block], complaints: list[str]) -> None:
    assert not complaints, f"{cls.__name__}: " + "; ".join(complaints) + "."


def _undescribed(cls: type[Node | Trigger]) -> Iterator[str]:
    if not cls.type:
        yield "it has no `type`, its wire name"
    if not (cls.__doc__ or "").strip():
        yield "it has no docstring, which is the tooltip and the documentation"
    for name in ("label", "icon"):
        if not getattr(cls, name):
            yield f"it has no `{name}`"
    for field in cls.describe()["fields"]:
        if field["label"] == field["name"]:
            yield f"the field {field['name']} has no label: give its Field a `title`"
    if not cls.examples:
        yield "it has no example: fill `examples`"


def _bad_examples(cls: type[Node | Trigger]) -> Iterator[str]:
    for number, example in enumerate(cls.examples, 1):
        block, issues = _parse(cls, example)
        found = issues if block is None else list(block.findings())
        found = [each for each in found if each.severity == "error"]
        for issue in found:
            yield f"example {number} is not complete: {issue.message.rstrip('.')}"
        yield from _bad_card(cls, example, f"example {number}")


def _bad_card(cls: type[Node | Trigger], data: dict[str, Any], what: str) -> Iterator[str]:
    block, _ = _parse(cls, data)
    card = block.card() if block is not None else "-"
    if not card or "\n" in card or len(card) > CARD_LIMIT:
        yield f"the card of {what} is not one line of 1 to {CARD_LIMIT} characters: {card!r}"


def _bad_upgrades(cls: type[Node]) -> Iterator[str]:
    for each in vars(cls).get("upgrades", ()):
        if (found := each.read(each.before)) != each.after:
            yield f"the upgrade {each.note!r} makes {found} of its example"
        if each.read(each.after) != each.after:
            yield f"the upgrade {each.note!r} changes what is written as today"
