"""The type is the form: marks on a model's fields, and the form schema read from them.

A field is written as `Annotated[str, Field(title="Text", description="...", max_length=80), Templated] = ""`:
`title` is the label, `description` the help, pydantic's limits the limits, the marks below the rest.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

FormSchema = dict[str, Any]
M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Mark:
    """A yes-or-no mark of a field."""

    name: str


Templated = Mark("templated")
Secret = Mark("secret")
Multiline = Mark("multiline")
Required = Mark("required")
Called = Mark("called")  # an address that our server calls: private ones are refused


@dataclass(frozen=True, slots=True)
class Show:
    """Show (and require) the field only while the named fields have these values (a tuple: any of them)."""

    when: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ref:
    """The field holds a reference to something of the workspace: `flow` and `member` by id (a flow also by name, a
    member also by e-mail address), `tag`, `field` and `variable` by name, `media` by Instagram's id.

    The form offers what there is; validation looks for what is missing; import maps it to what is here.
    """

    to: Literal["flow", "member", "tag", "field", "variable", "media"]


@dataclass(frozen=True, slots=True)
class Kind:
    """The form control, when the type alone does not say: `keywords`, `quickReplies`, `variable`, ..."""

    name: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What people read for the options of a select."""

    of: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SentInParts:
    """Text that goes out in several messages when it has more than so many UTF-8 bytes; the form counts them."""

    bytes: int


class Part(BaseModel):
    """A configurable piece of a flow: a node, a trigger, or an item in one of their lists.

    Strict about JSON types, camelCase, silent about unknown keys; null means absent. Every field has a default: an
    unfinished form is stored, and `Required` says what is missing.
    """

    model_config = ConfigDict(
        strict=True, frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, allow_inf_nan=False
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if isinstance(data, dict) and None in data.values():
            return {key: value for key, value in data.items() if value is not None}
        return data


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field as filled in: its path in the JSON data, what it is, the part it belongs to, its value, its marks."""

    path: str
    name: str
    info: FieldInfo
    owner: Part
    value: Any
    marks: frozenset[str]
    show: Show | None

    @property
    def label(self) -> str:
        return self.info.title or self.name

    def has(self, mark: Mark) -> bool:
        """Whether the field carries the mark."""
        return mark.name in self.marks

    def is_empty(self) -> bool:
        """Not filled in."""
        return self.value is None or self.value in ([], {}) or (isinstance(self.value, str) and not self.value.strip())

    def is_shown(self) -> bool:
        """Whether the rest of the form makes this field appear."""
        return self.show is None or all(
            getattr(self.owner, name) in (wanted if isinstance(wanted, tuple) else (wanted,))
            for name, wanted in self.show.when.items()
        )


def walk_fields(part: Part, prefix: str = "", *, only_shown: bool = False) -> Iterator[FieldValue]:
    """Every field of a part and of the parts in it, outermost first; or only those that the form shows."""
    for name, alias, info, marks, show in _plan(type(part)):
        value = getattr(part, name)
        path = f"{prefix}{alias}"
        field = FieldValue(path, name, info, part, value, marks, show)
        if only_shown and not field.is_shown():
            continue
        yield field
        if isinstance(value, Part):
            yield from walk_fields(value, f"{path}.", only_shown=only_shown)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, Part):
                    yield from walk_fields(item, f"{path}.{index}.", only_shown=only_shown)


@cache
def _plan(model: type[Part]) -> tuple[tuple[str, str, FieldInfo, frozenset[str], Show | None], ...]:
    """What `walk_fields` needs of each field of a model; read once, because every save walks all fields of a flow."""
    return tuple(
        (name, info.alias or name, info, frozenset(_marks_of(info)), mark_of(info, Show))
        for name, info in model.model_fields.items()
    )


def _marks_of(info: FieldInfo) -> Iterator[str]:
    return (each.name for each in info.metadata if isinstance(each, Mark))


def form_fields(model: type[Part]) -> list[FormSchema]:
    """The fields of a model in order, as the browser's form builder reads them (camelCase JSON)."""
    return [_field_schema(name, info) for name, info in model.model_fields.items()]


def mark_of(info: FieldInfo, kind: type[M]) -> M | None:
    """The mark of this kind on a field."""
    return next((mark for mark in info.metadata if isinstance(mark, kind)), None)


def _field_schema(name: str, info: FieldInfo) -> FormSchema:
    inner = _without_none(info.annotation)
    kind, labels, show = mark_of(info, Kind), mark_of(info, Labels), mark_of(info, Show)
    schema: FormSchema = {
        "name": info.alias or name,
        "label": info.title or name,
        "help": info.description or "",
        "kind": kind.name if kind else _kind_of(inner, Multiline in info.metadata),
        "required": Required in info.metadata,
        "templated": Templated in info.metadata,
        "secret": Secret in info.metadata,
        "default": _default_of(info),
        "limits": _limits_of(info, "maxItems" if get_origin(inner) in (list, dict) else "maxLength"),
    }
    ref = mark_of(info, Ref)
    if ref:
        schema["ref"] = ref.to
    options = _options_of(inner)
    if options:
        named = labels.of if labels else {}
        schema["options"] = [{"value": each, "label": named.get(str(each), str(each))} for each in options]
    if show:
        schema["show"] = {
            to_camel(key): list(wanted) if isinstance(wanted, tuple) else [wanted] for key, wanted in show.when.items()
        }
    item = _item_of(inner)
    if item is not None:
        schema["item"] = {"fields": form_fields(item)}
    return schema


def _kind_of(kind: Any, is_multiline: bool) -> str:
    if get_origin(kind) is Literal:
        return "select"
    if kind is bool:
        return "switch"
    if kind in (int, float):
        return "number"
    if kind is str:
        return "multiline" if is_multiline else "text"
    if get_origin(kind) is list:
        return "list"
    if get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, Part)):
        return "object"
    return "json"


def _limits_of(info: FieldInfo, length_name: str) -> FormSchema:
    names = {"max_length": length_name, "ge": "min", "le": "max"}
    found = {}
    for mark in info.metadata:
        for attribute, name in names.items():
            if not isinstance(mark, Mark) and getattr(mark, attribute, None) is not None:
                found[name] = getattr(mark, attribute)
    parts = mark_of(info, SentInParts)
    if parts is not None:
        found["partBytes"] = parts.bytes
    return found


def _options_of(kind: Any) -> list[Any]:
    if get_origin(kind) is list:
        kind = get_args(kind)[0]
    return list(get_args(kind)) if get_origin(kind) is Literal else []


def _item_of(kind: Any) -> type[Part] | None:
    inner = get_args(kind)[0] if get_origin(kind) is list else kind
    return inner if isinstance(inner, type) and issubclass(inner, Part) else None


def _default_of(info: FieldInfo) -> Any:
    default = info.get_default(call_default_factory=True, validated_data={})
    return default.model_dump(mode="json", by_alias=True) if isinstance(default, BaseModel) else default


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [each for each in get_args(annotation) if each is not type(None)]
        return rest[0] if len(rest) == 1 else Any
    return annotation
