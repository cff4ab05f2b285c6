"""Python names and JSON names: the classes of nodes and triggers say which is which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from keyword import iskeyword
from typing import Any, get_args

from pydantic.fields import FieldInfo

from instantchat.engine.form import Part

from .error import FlowError

RESERVED = ("id", "data")


def to_wire(cls: type[Part], fields: Mapping[str, Any], what: str) -> dict[str, Any]:
    """JSON data from Python arguments: names as in the class become JSON names, inside lists and objects too; tuples
    become lists. Raises `FlowError` for a name that the class does not have."""
    return _part((cls,), fields, what)


def to_python_names(cls: type[Part], data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of JSON data that can be given as arguments, by argument name, and the rest by JSON name."""
    names = {info.alias or name: _argument(name, info) for name, info in cls.model_fields.items()}
    given = {names[key]: value for key, value in data.items() if key in names and _is_argument(names[key])}
    rest = {key: value for key, value in data.items() if key not in names or not _is_argument(names[key])}
    return given, rest


def plain_json(value: Any) -> Any:
    """A copy of a JSON value, with lists for tuples."""
    if isinstance(value, Mapping):
        return {key: plain_json(item) for key, item in value.items()}
    return [plain_json(item) for item in value] if isinstance(value, list | tuple) else value


def _part(classes: tuple[type[Part], ...], fields: Mapping[str, Any], what: str) -> dict[str, Any]:
    known: dict[str, tuple[str, FieldInfo]] = {}
    for cls in classes:
        for name, info in cls.model_fields.items():
            known |= dict.fromkeys((name, _argument(name, info), info.alias or name), (info.alias or name, info))
    unknown = [name for name in fields if name not in known]
    if unknown:
        near = get_close_matches(unknown[0], known, 1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        names = ", ".join(dict.fromkeys(_argument(name, info) for name, info in known.values())) or "none"
        raise FlowError(f"{what} has no field {unknown[0]!r}; its fields: {names}.{guess}")
    return {
        known[name][0]: _value(tuple(_parts_of(known[name][1].annotation)), value, what)
        for name, value in fields.items()
    }


def _value(classes: tuple[type[Part], ...], value: Any, what: str) -> Any:
    if not classes:
        return plain_json(value)
    if isinstance(value, list | tuple):
        return [_value(classes, item, what) for item in value]
    return _part(classes, value, f"A part of {what}") if isinstance(value, Mapping) else value


def _parts_of(annotation: Any) -> Iterator[type[Part]]:
    """The parts with fields in a type such as `list[Item]` or `Until | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield from (annotation,) if annotation.model_fields else ()
    for inner in get_args(annotation):
        yield from _parts_of(inner)


def _argument(name: str, info: FieldInfo) -> str:
    """A field named `match_` only because a method is called `match` is `match` to the author."""
    return name.rstrip("_") if info.alias == name.rstrip("_") else name


def _is_argument(name: str) -> bool:
    return name.isidentifier() and not iskeyword(name) and name not in RESERVED
