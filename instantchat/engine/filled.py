"""Where the fields of a part are in the JSON it was read from: what marks such as `Secret` and `Ref` are applied by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from .form import Part

Place = tuple[str | int, ...]
"""Keys and positions from the outermost object to a value."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A field that the data have a value for: where, what it is, the value as written."""

    place: Place
    info: FieldInfo
    value: Any


def filled_fields(part: Part, data: dict[str, Any], at: Place = ()) -> Iterator[Filled]:
    """Every field of a part, and of the parts in it, that `data` (what it was read from) spells out: by its JSON name,
    by its Python name, or both."""
    for name, info in type(part).model_fields.items():
        keys = [key for key in dict.fromkeys((info.alias or name, name)) if key in data]
        for key in keys:
            yield Filled((*at, key), info, data[key])
        if keys:
            yield from _inside(getattr(part, name), data[keys[0]], (*at, keys[0]))


def _inside(read: Any, written: Any, at: Place) -> Iterator[Filled]:
    if isinstance(read, Part) and isinstance(written, dict):
        yield from filled_fields(read, written, at)
    elif isinstance(read, list) and isinstance(written, list):
        for index, (item, source) in enumerate(zip(read, written, strict=False)):
            yield from _inside(item, source, (*at, index))
    elif isinstance(read, dict) and isinstance(written, dict):
        for key, item in read.items():
            yield from _inside(item, written.get(key), (*at, key))


def replaced(value: Any, place: Place, by: Any) -> Any:
    """A copy of a JSON value with another value at a place it has; what is not on the way there is shared."""
    if not place:
        return by
    key, rest = place[0], place[1:]
    if isinstance(value, list):
        return [replaced(item, rest, by) if index == key else item for index, item in enumerate(value)]
    return {**value, key: replaced(value[key], rest, by)}


def written(place: Place) -> str:
    """The place as findings name it, such as `quickReplies.0.title`."""
    return ".".join(str(step) for step in place)
