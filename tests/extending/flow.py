"""A flow that needs the example plug-in."""

from __future__ import annotations

from typing import Any

POLL = {
    "question": "Which flavour?",
    "options": [{"id": "fig", "title": "Fig"}, {"id": "lemon", "title": "Lemon"}],
    "variable": "flavour",
}


def poll_flow() -> dict[str, Any]:
    """Asks whoever sends nothing but emojis, and repeats the answer."""
    at = {"position": {"x": 0, "y": 0}}
    return {
        "nodes": [
            {"id": "start", "type": "triggerNode", "data": {"triggers": [{"type": "poll_emoji"}]}, **at},
            {"id": "poll", "type": "pollNode", "data": POLL, **at},
            {"id": "thanks", "type": "messageNode", "data": {"content": "{{flavour}} it is"}, **at},
        ],
        "edges": [
            {"id": "e1", "source": "start", "target": "poll"},
            {"id": "e2", "source": "poll", "sourceHandle": "voted", "target": "thanks"},
            {"id": "e3", "source": "poll", "sourceHandle": "before", "target": "thanks"},
        ],
    }
