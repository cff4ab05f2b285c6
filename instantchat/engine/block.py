"""What nodes and triggers have in common: one class that is the type, the form, the docs and the test."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Self

from pydantic import ValidationError

from .form import FieldValue, FormSchema, Part, Required, Templated, form_fields, walk_fields
from .issues import Issue, malformed
from .scope import Path
from .templates import Slot, parse_template

ISSUES_PER_BLOCK = 20
STEP_SHOWN = 100  # characters of a key in the path of a field
_OVER_LIMIT = ("too_long", "less_than", "greater_than", "finite_number", "too_short", "too_large", "int_parsing_size")


class Block(Part):
    """A kind of node or trigger. The docstring's first paragraph is the palette's tooltip, all of it the docs."""

    label: ClassVar[str] = ""
    icon: ClassVar[str] = "circle"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ()

    @classmethod
    def parse(cls, data: dict[str, Any]) -> tuple[Self | None, list[Issue]]:
        """An instance from JSON data, or None and why not (malformed issues). Never raises."""
        try:
            return cls.model_validate(data), []
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False, include_input=False)
            return None, [_as_issue(detail) for detail in details[:ISSUES_PER_BLOCK]]

    @classmethod
    def describe(cls) -> FormSchema:
        """The form schema: `{label, icon, help, docs, fields[], examples[]}`."""
        docs = inspect.cleandoc(cls.__doc__ or "")
        return {
            "label": cls.label,
            "icon": cls.icon,
            "help": " ".join(docs.split("\n\n")[0].split()),
            "docs": docs,
            "fields": form_fields(cls),
            "examples": list(cls.examples),
        }

    def card(self) -> str:
        """One line for the canvas."""
        return self.label

    def check(self) -> Iterator[Issue]:
        """Findings about this block alone, beyond what its fields' marks say."""
        return iter(())

    def findings(self) -> Iterator[Issue]:
        """All findings about this block alone: missing fields, unreadable templates, then `check`."""
        for field in self.shown_fields:
            if field.has(Required) and field.is_empty():
                yield Issue("required", f"“{field.label}” is missing.", field=field.path, hint="Fill it in.")
            if field.has(Templated):
                for source in strings_in(field.value):
                    for slot in parse_template(source).broken if "{{" in source else ():
                        hint = "Write it like {{contact.first_name|there}}."
                        yield Issue("bad_template", f"{slot} cannot be read.", "warning", field=field.path, hint=hint)
        yield from self.check()

    @cached_property
    def shown_fields(self) -> tuple[FieldValue, ...]:
        """The fields that the form shows, those of its parts included."""
        return tuple(walk_fields(self, only_shown=True))

    @cached_property
    def slots(self) -> tuple[tuple[str, Slot], ...]:
        """Every (field, slot) of its templates."""
        return tuple(
            (field.path, slot)
            for field in walk_fields(self, only_shown=True)
            if field.has(Templated)
            for source in strings_in(field.value)
            if "{{" in source
            for slot in parse_template(source).slots()
        )

    def reads(self) -> Iterator[tuple[str, Path]]:
        """Every (field, path) it reads, in templates and elsewhere."""
        return ((field, slot.path) for field, slot in self.slots)


def strings_in(value: Any) -> Iterator[str]:
    """The strings of a JSON value, keys excepted."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings_in(item)


def _as_issue(detail: Any) -> Issue:
    kind: str = detail["type"]
    field = ".".join(str(step)[:STEP_SHOWN] for step in detail["loc"] if step != "[key]") or None
    if kind == "literal_error":
        code = "unknown_value"
    elif kind.endswith(_OVER_LIMIT) or kind.startswith(_OVER_LIMIT):
        code = "over_limit"
    elif kind == "value_error":
        code = "bad_value"
    else:
        code = "wrong_type"
    return malformed(code, f"{field or 'data'}: {detail['msg']}.", field=field)
