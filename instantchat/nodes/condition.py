"""`conditionNode`: two ways, by what was written or is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from instantchat.engine.form import Kind, Labels
from instantchat.engine.issues import Issue
from instantchat.engine.node import Exit, ExitsFrom, Node, Take
from instantchat.engine.rules import Rule, check_rules
from instantchat.engine.scope import Path
from instantchat.engine.templates import parse_path
from instantchat.engine.text import fold, shorten
from instantchat.engine.visit import Visit


class ConditionNode(Node):
    """Goes on by `true` or `false`: does the message contain a word, or do rules about the contact hold?

    With rules the keyword is not looked at. Text is compared without regard to case.
    """

    type: ClassVar[str] = "conditionNode"
    label: ClassVar[str] = "Condition"
    icon: ClassVar[str] = "git-branch"
    group: ClassVar[str] = "Logic"
    place: ClassVar[int] = 30
    exit_spec: ClassVar[tuple[Exit | ExitsFrom, ...]] = (Exit("true", "Yes"), Exit("false", "No"))
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"keyword": "price"},
        {"match": "all", "rules": [{"field": "contact.tags", "op": "contains", "value": "vip"}]},
    )

    keyword: Annotated[
        str, Field(title="Keyword", description="True when the message contains it.", max_length=300)
    ] = ""
    match: Annotated[
        Literal["all", "any"], Field(title="Rules to hold"), Labels({"all": "All of them", "any": "Any of them"})
    ] = "all"
    rules: Annotated[list[Rule], Field(title="Rules", max_length=50), Kind("rules")] = []

    def enter(self, visit: Visit) -> Take:
        return Take("true" if self._holds(visit) else "false")

    def card(self) -> str:
        if self.rules:
            return shorten((" and " if self.match == "all" else " or ").join(rule.text() for rule in self.rules), 80)
        return f"Message contains “{shorten(self.keyword, 60)}”" if self.keyword else "No condition yet"

    def check(self) -> Iterator[Issue]:
        if not self.rules and not self.keyword.strip():
            yield Issue("required", "A keyword or a rule is missing.", field="keyword", hint="Give one of them.")
        yield from check_rules(self.rules, "rules")

    def reads(self) -> Iterator[tuple[str, Path]]:
        yield from super().reads()
        for index, rule in enumerate(self.rules):
            path = parse_path(rule.field)
            if path is not None:
                yield f"rules.{index}.field", path

    def _holds(self, visit: Visit) -> bool:
        if self.rules:
            held = [rule.holds(visit) for rule in self.rules]
            return all(held) if self.match == "all" else any(held)
        visit.values["message.text"] = shorten(visit.message_text, 200)
        wanted = fold(self.keyword)
        return wanted != "" and wanted in fold(visit.message_text)
