"""`triggerNode`: where runs begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, SerializeAsAny

from instantchat.engine.form import Kind, Required
from instantchat.engine.issues import Issue, malformed
from instantchat.engine.node import Node, Take
from instantchat.engine.registry import trigger_types
from instantchat.engine.trigger import Trigger
from instantchat.engine.visit import Visit

TRIGGER_LIMIT = 20


class TriggerNode(Node):
    """Starts the flow when one of its triggers matches.

    A flow may have several trigger nodes, each the beginning of its own way. When several flows match the same event,
    the most specific trigger wins, then the higher priority, then the older flow.
    """

    type: ClassVar[str] = "triggerNode"
    label: ClassVar[str] = "Trigger"
    icon: ClassVar[str] = "zap"
    group: ClassVar[str] = "Start"
    place: ClassVar[int] = 10
    starts_runs: ClassVar[bool] = True
    window: ClassVar[str] = "A message from the contact opens the 24 hour window."
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"triggers": [{"type": "keyword", "match": "contains", "keywords": ["price", "cost"]}]},
        {"triggers": [{"type": "any_message"}]},
    )

    triggers: Annotated[
        list[SerializeAsAny[Trigger]],
        Field(title="Triggers", description="Any one of them starts the flow.", max_length=TRIGGER_LIMIT),
        Kind("triggers"),
        Required,
    ] = []

    @classmethod
    def parse(cls, data: dict[str, Any]) -> tuple[Self | None, list[Issue]]:
        """As `Block.parse`, each trigger by its own class."""
        raw = data.get("triggers")
        if not isinstance(raw, list):
            return super().parse({"triggers": raw})
        if len(raw) > TRIGGER_LIMIT:
            message = f"A trigger node has at most {TRIGGER_LIMIT} triggers."
            return None, [malformed("over_limit", message, field="triggers")]
        triggers: list[Trigger] = []
        issues: list[Issue] = []
        for index, item in enumerate(raw):
            trigger, found = _parse_trigger(item, f"triggers.{index}")
            issues.extend(found)
            if trigger is not None:
                triggers.append(trigger)
        return (None, issues) if issues else super().parse({"triggers": triggers})

    def enter(self, visit: Visit) -> Take:
        return Take("next")

    def listens(self) -> Sequence[Trigger]:
        return self.triggers

    def card(self) -> str:
        return " or ".join(trigger.card() for trigger in self.triggers) or "No trigger yet"

    def check(self) -> Iterator[Issue]:
        for index, trigger in enumerate(self.triggers):
            for issue in trigger.check():
                yield replace(issue, field=f"triggers.{index}.{issue.field or 'type'}")


def _parse_trigger(item: Any, path: str) -> tuple[Trigger | None, list[Issue]]:
    if not isinstance(item, dict):
        return None, [malformed("wrong_type", "A trigger must be an object.", field=path)]
    name = item.get("type")
    cls = trigger_types().get(name) if isinstance(name, str) else None
    if cls is None:
        known = ", ".join(sorted(trigger_types()))
        message = f"There is no trigger type {str(name)[:60]!r}; there are {known}."
        return None, [malformed("unknown_type", message, field=f"{path}.type")]
    trigger, issues = cls.parse(item)
    return trigger, [replace(issue, field=f"{path}.{issue.field}" if issue.field else path) for issue in issues]
