"""The flows that answer the customers of `crowd`."""

from __future__ import annotations

import itertools
from typing import Any

Json = dict[str, Any]
PUBLIC_REPLY = "We wrote to you."


def graphs() -> dict[str, Json]:
    """All of them by name."""
    return {
        "Order": _order(),
        "Hours": _hours(),
        "Price": _price(),
        "More": _flow([_keyword("more"), _says("a", "In S, M and L.")]),
    }


def _order() -> Json:
    choice = _says("choice", "Tea or coffee?")
    choice["data"]["quickReplies"] = [{"id": "tea", "title": "Tea"}, {"id": "coffee", "title": "Coffee"}]
    question = {
        "content": "How many?",
        "answer": {"type": "number"},
        "saveTo": "count",
        "retries": 2,
        "retryMessage": "A number, please.",
    }
    nodes = [
        _keyword("order"),
        choice,
        _node("count", "questionNode", question),
        _says("done", "{{variables.count}} it is."),
        _says("thanks", "Thank you!"),
    ]
    edges = [
        _edge("start", "choice"),
        _edge("choice", "count", "tea"),
        _edge("choice", "count", "coffee"),
        _edge("count", "done", "answered"),
        _edge("done", "thanks"),
    ]
    return {"nodes": nodes, "edges": edges}


def _hours() -> Json:
    return _flow([_keyword("hours"), _says("opens", "We open at nine."), _says("closes", "We close at six.")])


def _price() -> Json:
    trigger = {"type": "comment", "keywords": ["price"]}
    reply = _node("public", "actionNode", {"action": "reply_to_comment", "content": PUBLIC_REPLY})
    start = _node("start", "triggerNode", {"triggers": [trigger]})
    return _flow([start, _says("private", "It is 20 €."), reply])


def _flow(nodes: list[Json]) -> Json:
    """One after the other."""
    edges = [_edge(one["id"], other["id"]) for one, other in itertools.pairwise(nodes)]
    return {"nodes": nodes, "edges": edges}


def _keyword(word: str) -> Json:
    return _node("start", "triggerNode", {"triggers": [{"type": "keyword", "keywords": [word]}]})


def _says(node_id: str, text: str) -> Json:
    return _node(node_id, "messageNode", {"content": text})


def _node(node_id: str, kind: str, data: Json) -> Json:
    return {"id": node_id, "type": kind, "position": {"x": 0, "y": 0}, "data": data}


def _edge(source: str, target: str, leaves_by: str | None = None) -> Json:
    edge = {"id": f"{source}-{leaves_by or 'next'}", "source": source, "target": target}
    return {**edge, "sourceHandle": leaves_by} if leaves_by else edge
