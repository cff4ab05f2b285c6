"""Small flows and contexts for engine tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from instantchat.engine.context import AccountView, ContactView, Context, InboundMessage
from instantchat.engine.decision import ActiveFlow, Reentry
from instantchat.engine.flow import CompiledFlow, parse_graph
from instantchat.engine.run import Run
from instantchat.engine.window import Window

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
QUICK = [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]


def node(node_id: str, type_name: str, **data: Any) -> dict[str, Any]:
    return {"id": node_id, "type": type_name, "position": {"x": 0, "y": 0}, "data": data}


def trigger(node_id: str, *keywords: str, match: str = "contains") -> dict[str, Any]:
    one = {"type": "keyword", "match": match, "keywords": list(keywords)} if keywords else {"type": "any_message"}
    return node(node_id, "triggerNode", triggers=[one])


def say(node_id: str, content: str = "Hello", **data: Any) -> dict[str, Any]:
    return node(node_id, "messageNode", content=content, **data)


def graph(nodes: list[dict[str, Any]], *edges: str) -> dict[str, Any]:
    """Edges as `a>b` or `a.exit>b`."""
    written = []
    for index, edge in enumerate(edges):
        start, _, target = edge.partition(">")
        source, _, handle = start.partition(".")
        written.append({"id": f"e{index}", "source": source, "sourceHandle": handle or None, "target": target})
    return {"nodes": nodes, "edges": written}


def compiled(nodes: list[dict[str, Any]], *edges: str) -> CompiledFlow:
    flow, issues = parse_graph(graph(nodes, *edges))
    assert flow is not None, issues
    return flow


def message(text: str | None = None, **fields: Any) -> InboundMessage:
    return InboundMessage(**{"event_id": "evt_1", "kind": "message", "at": NOW, "text": text, **fields})


def context(given: InboundMessage | None = None, *, now: datetime = NOW, **fields: Any) -> Context:
    contact = fields.pop("contact", ContactView("con_1", "1789"))
    fields.setdefault("window", Window(now + timedelta(hours=24), now + timedelta(days=7)))
    return Context(contact, AccountView("acc_1"), now, Random(1), given, conversation_id="cnv_1", **fields)


def active(flow: CompiledFlow, name: str = "flow", *, priority: int = 0, age: int = 0, reentry: Reentry | None = None):
    made_at = NOW - timedelta(days=age)
    return ActiveFlow(f"id_{name}", f"ver_{name}", name, flow, made_at, priority, reentry or Reentry())


def new_run(run_id: str = "run_1", flow_id: str = "id_flow") -> Run:
    return Run(run_id, flow_id, "ver_flow", "cnv_1")


def sent_texts(effects: Any) -> list[str]:
    return [effect.text for effect in effects if effect.kind == "send_message"]
