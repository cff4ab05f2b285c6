"""`conditionNode`: two ways, by what was written or is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from instantchat.engine.form import Kind, Labels, Part, Required, Show, Templated
from instantchat.engine.issues import Issue
from instantchat.engine.node import Exit, ExitsFrom, Node, Take
from instantchat.engine.operators import compare
from instantchat.engine.regex import PatternError, compile_pattern
from instantchat.engine.scope import MISSING, Path
from instantchat.engine.templates import parse_path
from instantchat.engine.text import fold, shorten
from instantchat.engine.visit import Visit

Scalar = Annotated[str, Field(max_length=2000)] | int | float | bool
Operator = Literal[
    "equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "matches",
    "gt", "gte", "lt", "lte", "exists", "not_exists", "in",
]  # fmt: skip
WITH_VALUE = (
    "equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "matches",
    "gt", "gte", "lt", "lte", "in",
)  # fmt: skip
SIGNS = {
    "equals": "is", "not_equals": "is not", "not_contains": "does not contain", "starts_with": "starts with",
    "contains": "contains", "ends_with": "ends with", "matches": "matches", "gt": ">", "gte": "≥", "lt": "<",
    "lte": "≤", "exists": "has a value", "not_exists": "has no value", "in": "is one of",
}  # fmt: skip


class Rule(Part):
    """One comparison."""

    field: Annotated[
        str,
        Field(title="Field", description="A path such as message.text or contact.tags.", max_length=300),
        Kind("path"),
        Required,
    ] = ""
    op: Annotated[Operator, Field(title="Comparison"), Labels(SIGNS)] = "equals"
    value: Annotated[
        Scalar | Annotated[list[Scalar], Field(max_length=100)] | None,
        Field(title="Value"),
        Kind("text"),
        Templated,
        Required,
        Show({"op": WITH_VALUE}),
    ] = None

    def holds(self, visit: Visit) -> bool:
        """Whether it is true now."""
        path = parse_path(self.field)
        left = visit.look_up(path) if path else MISSING
        return compare(self.op, left, visit.evaluate(self.value))

    def text(self) -> str:
        """The rule as people read it."""
        words = [self.field, SIGNS.get(self.op, self.op), "" if self.value is None else str(self.value)]
        return " ".join(word for word in words if word)


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
        for index, rule in enumerate(self.rules):
            if rule.field.strip() and parse_path(rule.field) is None:
                hint = "Write a path such as contact.tags or variables.size."
                yield Issue("bad_path", "The field cannot be read.", field=f"rules.{index}.field", hint=hint)
            if rule.op == "matches" and isinstance(rule.value, str) and "{{" not in rule.value:
                try:
                    compile_pattern(rule.value)
                except PatternError as error:
                    yield Issue("bad_regex", f"The pattern cannot be used: {error}.", field=f"rules.{index}.value")

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
