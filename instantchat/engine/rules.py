"""Rules about what is known: the comparisons of conditions and segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, field_validator
from pydantic_core import PydanticCustomError

from .context import Context
from .filters import format_value
from .form import Kind, Labels, Part, Required, Show, Templated
from .issues import Issue
from .operators import compare
from .regex import check_pattern
from .scope import MISSING, Path, Scope, snapshot
from .templates import evaluate, parse_path
from .text import shorten

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


class Facts(Protocol):
    """What rules are held against; a `Visit` is one."""

    def look_up(self, path: Path) -> Any:
        """The value at a path, or MISSING."""

    def evaluate(self, value: Any) -> Any:
        """A JSON value with its templates filled."""


class EventFacts:
    """The facts a trigger has: the contact, the account and the event. `values` are those looked up."""

    __slots__ = ("_scope", "values")

    def __init__(self, context: Context) -> None:
        message = snapshot(context.message) if context.message else None
        self._scope = Scope(context.contact, message, None, context.account)
        self.values: dict[str, Any] = {}

    def look_up(self, path: Path) -> Any:
        value = self._scope.lookup(path)
        self.values[".".join(path)] = None if value is MISSING else shorten(format_value(value), 200)
        return value

    def evaluate(self, value: Any) -> Any:
        return evaluate(value, self._scope, [])


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

    @field_validator("value", mode="wrap")
    @classmethod
    def _told_once(cls, value: Any, read: ValidatorFunctionWrapHandler) -> Any:
        """One finding, not one for each type that the value could have."""
        try:
            return read(value)
        except ValidationError as error:
            if any(detail["type"].endswith("too_long") for detail in error.errors(include_url=False)):
                raise PydanticCustomError(
                    "too_long", "Texts have at most 2,000 characters, lists 100 entries"
                ) from None
            raise PydanticCustomError("value_type", "Input should be a text, a number, yes or no, or a list") from None

    def holds(self, facts: Facts) -> bool:
        """Whether it is true now."""
        path = parse_path(self.field)
        left = facts.look_up(path) if path else MISSING
        return compare(self.op, left, facts.evaluate(self.value))

    def text(self) -> str:
        """The rule as people read it."""
        words = [self.field, SIGNS.get(self.op, self.op), "" if self.value is None else str(self.value)]
        return " ".join(word for word in words if word)


def check_rules(rules: Sequence[Rule], field: str) -> Iterator[Issue]:
    """Findings about the rules in this field: paths and patterns that cannot be read."""
    for index, rule in enumerate(rules):
        if rule.field.strip() and parse_path(rule.field) is None:
            hint = "Write a path such as contact.tags or variables.size."
            yield Issue("bad_path", "The field cannot be read.", field=f"{field}.{index}.field", hint=hint)
        if rule.op == "matches" and isinstance(rule.value, str) and "{{" not in rule.value:
            yield from check_pattern(rule.value, f"{field}.{index}.value")
