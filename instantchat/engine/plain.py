"""Plain data: frozen slotted dataclasses that go to JSON and back.

`@plain` makes one; `to_json` / `from_json` are exact inverses. JSON keys are camelCase, times RFC 3339.
A class with a `kind` writes it, and `from_json(Base, data)` picks the subclass of `Base` with that kind, so a
new effect or input needs no list to be added to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, dataclass_transform

from pydantic import ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

T = TypeVar("T")
_CONFIG = ConfigDict(alias_generator=to_camel, populate_by_name=True, ser_json_inf_nan="constants")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def plain(cls: type[T]) -> type[T]:
    """Class decorator: a frozen, slotted dataclass known to `to_json` and `from_json`."""
    cls.__pydantic_config__ = _CONFIG  # type: ignore[attr-defined]
    return dataclass(frozen=True, slots=True)(cls)


def to_json(value: Any) -> dict[str, Any]:
    """The JSON object of a plain value, with its `kind` when it has one."""
    data: dict[str, Any] = _adapter_of(type(value)).dump_python(value, mode="json", by_alias=True)
    kind = getattr(type(value), "kind", None)
    if isinstance(kind, str):
        data["kind"] = kind
    return data


def from_json(cls: type[T], data: dict[str, Any]) -> T:
    """The plain value `to_json` wrote. Raises ValueError for anything else."""
    value: T = _adapter_of(_by_kind(cls, data)).validate_python(data)
    return value


def _by_kind(cls: type[T], data: dict[str, Any]) -> type[T]:
    if "kind" not in cls.__annotations__:
        return cls
    if not isinstance(data, dict):
        raise ValueError(f"not a JSON object: {type(data).__name__}")
    wanted = data.get("kind")
    # The slotted class is made after the plain one of the same name, so the last match is the one in use.
    found = [each for each in _family(cls) if getattr(each, "kind", None) == wanted]
    if not found:
        raise ValueError(f"unknown {cls.__name__.lower()} kind {wanted!r}")
    return found[-1]


def _family(cls: type[T]) -> Iterator[type[T]]:
    yield cls
    for each in cls.__subclasses__():
        yield from _family(each)


def _adapter_of(cls: Any) -> TypeAdapter[Any]:
    return _adapter(cls)


@lru_cache(maxsize=256)
def _adapter(cls: Any) -> TypeAdapter[Any]:
    return TypeAdapter(cls)
