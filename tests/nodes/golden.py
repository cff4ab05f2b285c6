"""Golden case files: JSON lists of `{name, ..., expect}`, one file per node type, action or trigger.

`pytest tests/nodes tests/triggers --update` writes what the code does into `expect`: read the diff before keeping it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from instantchat.engine.context import AccountView, ContactView, Context, InboundMessage
from instantchat.engine.window import Window

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)  # a Monday
WINDOW_END = datetime(2026, 1, 6, 10, 0, tzinfo=UTC)


def load_cases(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text()) if path.exists() else []


def settle(path: Path, case: dict[str, Any], actual: dict[str, Any], update: bool) -> None:
    """Compare with what the case expects, or write it down."""
    if update and case["expect"] != actual:
        cases = load_cases(path)
        next(each for each in cases if each["name"] == case["name"])["expect"] = actual
        path.write_text(json.dumps(cases, indent=2, ensure_ascii=False) + "\n")
        return
    assert actual == case["expect"]


def read_message(value: str | dict[str, Any] | None) -> InboundMessage | None:
    """A message from a case: its text, or its fields."""
    if value is None:
        return None
    fields = {"text": value} if isinstance(value, str) else value
    return InboundMessage(**{"event_id": "evt_1", "kind": "message", "at": NOW, **fields})


def read_context(case: dict[str, Any]) -> Context:
    contact = {"id": "con_1", "igsid": "1789", **case.get("contact", {})}
    contact["tags"] = tuple(contact.get("tags", ()))
    account = AccountView("acc_1", timezone=case.get("timezone", "UTC"))
    end = datetime.fromisoformat(case["windowEnd"]) if "windowEnd" in case else WINDOW_END
    starts = {flow_id: datetime.fromisoformat(at) for flow_id, at in case.get("lastStarts", {}).items()}
    return Context(
        ContactView(**contact),
        account,
        NOW,
        Random(1),
        read_message(case.get("message")),
        Window(None if case.get("neverWrote") else end),
        "cnv_1",
        starts,
        is_first=case.get("isFirst", False),
        has_ai=case.get("hasAi", True),
    )


def without_empty(value: Any) -> Any:
    """JSON without nulls and empty lists, objects and texts, so that cases show what matters."""
    if isinstance(value, dict):
        kept = {key: without_empty(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
    return [without_empty(item) for item in value] if isinstance(value, list | tuple) else value
