"""`Flow`: a flow written as a chain of steps, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from instantchat.engine.decision import Reentry
from instantchat.engine.flow import parse_graph, validate_flow
from instantchat.engine.issues import Issue
from instantchat.engine.layout import place
from instantchat.engine.node import Node
from instantchat.engine.plain import from_json as read_plain
from instantchat.engine.registry import node_class, node_types, node_variants
from instantchat.engine.upgrades import FORMAT_VERSION

from .error import FlowError, refused
from .fields import plain_json, to_wire
from .names import exit_key, free_id, open_exits
from .source import to_source
from .steps import Steps

Json = dict[str, Any]


class Flow(Steps):
    """A flow, written step by step.

    Each step follows the one before it by its first exit. `case(exit, step)` leads another exit of the last step to a
    step with that name, `goto(step)` leads on to one (further down or further up: a loop), and `step(name)` begins a
    new way, whose first step has that name. A step's name is its node id: `id=` gives one in the middle of a way.

    What the server would refuse to store raises `FlowError` at once; what stops only its activation is in `validate()`.
    """

    def __init__(
        self,
        name: str,
        *,
        category: str = "",
        priority: int = 0,
        reentry: str | Mapping[str, Any] = "always",
        references: Mapping[str, Any] | None = None,
    ) -> None:
        """`reentry` is always, ignore_running, once, or `{"mode": "every", "hours": 24}`; `references` are the names
        of what an export refers to by id."""
        self.name = name
        self.category = category
        self.priority = priority
        self.reentry = {"mode": reentry} if isinstance(reentry, str) else plain_json(reentry)
        self.references = plain_json(references)
        self._viewport: Json = {"x": 0, "y": 0, "zoom": 1}
        self._items: dict[str, Json] = {}
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str], Json] = {}
        self._last: str | None = None
        self._open: tuple[str, str] | None = None
        self._name: str | None = None
        _check_settings(self)

    def on(self, *triggers: Mapping[str, Any], id: str | None = None) -> Self:
        """A trigger node: the beginning of a way. Any one of `triggers` starts the flow there."""
        return self.node("triggerNode", id=id, triggers=triggers)

    def node(
        self, type: str, /, *, id: str | None = None, data: Mapping[str, Any] | None = None, **fields: Any
    ) -> Self:
        """A step of any registered node type, its fields by their Python names; `data` is JSON data taken as it is."""
        made = {**plain_json(data or {})}
        cls = node_class(type, made)
        if cls is None:
            raise _unknown(type, made)
        made |= to_wire(cls, fields, f"{cls.label} ({cls.variant or type})")
        node_id = self._name_for(cls, id)
        compiled, issues = parse_graph({"nodes": [{"id": node_id, "type": type, "data": made}]})
        if compiled is None:
            raise refused(f"The step {node_id!r}", issues)
        self._lead_to(node_id, compiled.nodes[node_id])
        self._items[node_id] = {"id": node_id, "type": type, "data": made}
        self._nodes[node_id] = compiled.nodes[node_id]
        return self

    def case(self, exit: str, step: str) -> Self:
        """Where an exit of the last step leads. `exit` is its id or its title; `step` may be written later."""
        if self._last is None:
            raise FlowError("case() comes after the step whose exit it is.")
        self._connect((self._last, self._exit_of(self._last, exit)), step)
        return self

    def goto(self, step: str) -> Self:
        """Lead on to a step by its name, written before or after this one."""
        if self._open is None:
            raise FlowError(f"Nothing comes here that could go to {step!r}.")
        self._connect(self._open, step)
        return self

    def at(self, step: str) -> Self:
        """Go on after a step that is there, as of a flow that was read: by its first exit, and with its cases."""
        if step not in self._items:
            raise FlowError(f"There is no step {step!r}; there are {', '.join(self._items)}.")
        exits = open_exits(self._nodes[step])
        self._last, self._open = step, (step, exits[0]) if exits else None
        if self._open in self._edges:
            self._open = None
        return self

    def step(self, name: str) -> Self:
        """Begin a new way; the next step has this name."""
        if self._name is not None:
            raise FlowError(f"No step was written after step({self._name!r}).")
        if name in self._items:
            raise FlowError(f"There is a step {name!r} already.")
        self._name, self._open = name, None
        return self

    def drawn(
        self,
        *,
        nodes: Mapping[str, Mapping[str, Any]] | None = None,
        edges: Mapping[tuple[str, str], str | Mapping[str, Any]] | None = None,
        viewport: Mapping[str, Any] | None = None,
    ) -> Self:
        """What only the canvas needs: per node its position and the like, per exit the edge's id (or the whole edge
        but for its ends), in the edges' order. Steps and exits that are gone are passed over."""
        for node_id, told in (nodes or {}).items():
            if node_id in self._items:
                self._items[node_id] = {**plain_json(told), **self._items[node_id]}
        drawn = {
            key: _edge(key, self._edges[key]["target"], told)
            for key, told in (edges or {}).items()
            if key in self._edges
        }
        self._edges = {**drawn, **{key: edge for key, edge in self._edges.items() if key not in drawn}}
        self._viewport = self._viewport if viewport is None else plain_json(viewport)
        return self

    def to_json(self) -> Json:
        """The flow as `POST /api/flow/import` and `save` take it and an export has it, every node in a place.

        Raises `FlowError` while a way leads to a step that was never written.
        """
        if self._name is not None:
            raise FlowError(f"No step was written after step({self._name!r}).")
        for (source, exit_id), edge in self._edges.items():
            if edge["target"] not in self._items:
                names = ", ".join(self._items)
                raise FlowError(f"{source!r} leads by {exit_id!r} to {edge['target']!r}, but the steps are: {names}.")
        places = place(list(self._items), [(edge["source"], edge["target"]) for edge in self._edges.values()])
        nodes = [
            {**item, "position": item.get("position") or dict(zip("xy", places[node_id], strict=True))}
            for node_id, item in self._items.items()
        ]
        made = {
            "formatVersion": FORMAT_VERSION,
            "name": self.name,
            "category": self.category,
            "priority": self.priority,
            "reentry": self.reentry,
            "nodes": nodes,
            "edges": list(self._edges.values()),
            "viewport": self._viewport,
            **({} if self.references is None else {"references": self.references}),
        }
        return dict(plain_json(made))

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """The flow of an export, or of a bare `{nodes, edges}`. Raises `FlowError` for what the server would not
        store. `to_json` gives the same again; what is missing is filled in."""
        compiled, issues = parse_graph(data)
        if compiled is None:
            raise refused("The flow", issues)
        if data.get("formatVersion") not in (None, FORMAT_VERSION):
            raise FlowError(f"This reads flows of format {FORMAT_VERSION}, not {data['formatVersion']!r}.")
        given = {
            key: data[key] for key in ("category", "priority", "reentry", "references") if data.get(key) is not None
        }
        flow = cls(data.get("name") or "Untitled flow", **given)
        flow._nodes = dict(compiled.nodes)
        flow._items = {
            item["id"]: {**plain_json(item), "data": plain_json(item.get("data") or {})}
            for item in data.get("nodes") or ()
        }
        flow._edges = {exit_key(edge, compiled.nodes): _with_id(edge) for edge in data.get("edges") or ()}
        return flow.drawn(viewport=data.get("viewport"))

    def to_python(self) -> str:
        """Python source that makes this flow, as `flow`."""
        return to_source(self.to_json(), type(self))

    def validate(self) -> list[Issue]:
        """Everything the engine finds wrong with it, the worst first."""
        return validate_flow(self.to_json())

    def save(self, path: str | Path) -> None:
        """Write it as a file that reads well in a diff."""
        text = json.dumps(self.to_json(), indent=2, ensure_ascii=False)
        Path(path).write_text(f"{text}\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """The flow of a file. Raises `FlowError`, and `OSError` when there is no such file."""
        try:
            return cls.from_json(json.loads(Path(path).read_text(encoding="utf-8")))
        except (ValueError, RecursionError) as error:
            raise error if isinstance(error, FlowError) else FlowError(f"{path} is not JSON: {error}") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Flow) and self.to_json() == other.to_json()

    def __repr__(self) -> str:
        return f"<Flow {self.name!r}: {', '.join(self._items)}>"

    def _name_for(self, cls: type[Node], given: str | None) -> str:
        """The new step's name: the author's, by `id=` or `step()`, or the first free one of its kind."""
        if self._name is not None and cls.is_executed:
            if given is not None:
                raise FlowError(f"This step has two names: step({self._name!r}) and id={given!r}.")
            given = self._name
        name = free_id(cls, self._items) if given is None else given
        if name in self._items:
            raise FlowError(f"There is a step {name!r} already.")
        return name

    def _lead_to(self, node_id: str, node: Node) -> None:
        """Connect the open exit with the new step, and open that one's first exit. Notes are beside the way."""
        if not node.is_executed:
            return
        if not node.starts_runs:
            if self._open is not None:
                self._connect(self._open, node_id)
            elif self._name is None and any(each.is_executed for each in self._nodes.values()):
                raise FlowError(f"Nothing leads to {node_id!r}. Begin a new way with .step(name) or .on(…).")
        exits = open_exits(node)
        self._name, self._last, self._open = None, node_id, (node_id, exits[0]) if exits else None

    def _connect(self, key: tuple[str, str], step: str) -> None:
        if key in self._edges:
            raise FlowError(f"The exit {key[1]!r} of {key[0]!r} leads to {self._edges[key]['target']!r} already.")
        self._edges[key] = _edge(key, step, f"{key[0]}:{key[1]}")
        if key == self._open:
            self._open = None

    def _exit_of(self, node_id: str, exit: str) -> str:
        labels = self._nodes[node_id].exit_labels()
        if exit in labels:
            return exit
        found = next((name for name, label in labels.items() if name and label == exit), None)
        if found is None:
            shown = ", ".join(name if name == label else f"{name} ({label})" for name, label in labels.items())
            raise FlowError(f"{node_id!r} has no exit {exit!r}; it has {shown or 'none'}.")
        return found


def _edge(key: tuple[str, str], target: str, told: str | Mapping[str, Any]) -> Json:
    rest = {"id": told, "sourceHandle": key[1]} if isinstance(told, str) else plain_json(told)
    return {**rest, "source": key[0], "target": target}


def _with_id(edge: Json) -> Json:
    known = {} if edge.get("id") is not None else {"id": f"{edge['source']}:{edge.get('sourceHandle') or ''}"}
    return {**plain_json(edge), **known}


def _unknown(type_name: str, data: Json) -> FlowError:
    cls = node_types().get(type_name)
    if cls is None:
        return FlowError(f"There is no node type {type_name!r}; there are {', '.join(node_types())}.")
    key = cls.discriminator or ""
    return FlowError(f"There is no {key} {data.get(key)!r}; there are {', '.join(node_variants(type_name))}.")


def _check_settings(flow: Flow) -> None:
    if not isinstance(flow.name, str) or not flow.name.strip():
        raise FlowError("A flow needs a name.")
    if not isinstance(flow.category, str):
        raise FlowError("A flow's category is a text.")
    if not isinstance(flow.priority, int) or isinstance(flow.priority, bool):
        raise FlowError("A flow's priority is a whole number.")
    try:
        reentry = read_plain(Reentry, flow.reentry)
    except ValueError:
        raise FlowError("reentry is always, ignore_running, once, or {'mode': 'every', 'hours': 24}.") from None
    if reentry.mode == "every" and reentry.hours is None:
        raise FlowError("reentry every needs hours: {'mode': 'every', 'hours': 24}.")
