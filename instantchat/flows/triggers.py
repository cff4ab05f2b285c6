"""What starts a flow, for `Flow.on`: JSON objects of the `triggers` field, checked where they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from instantchat.engine.registry import trigger_types

from .error import FlowError, refused
from .fields import to_wire


def trigger(type: str, /, **fields: Any) -> dict[str, Any]:
    """A trigger of any registered type: `trigger("keyword", keywords=["price"])`.

    Raises `FlowError` for a type, field or value that does not exist.
    """
    cls = trigger_types().get(type)
    if cls is None:
        raise FlowError(f"There is no trigger type {type!r}; there are {', '.join(sorted(trigger_types()))}.")
    data = {"type": type, **to_wire(cls, fields, f"The trigger {type!r}")}
    _, issues = cls.parse(data)
    if issues:
        raise refused(f"The trigger {type!r}", issues)
    return data


def keyword(*keywords: str, match: str | None = None, exclude: Sequence[str] | None = None) -> dict[str, Any]:
    """Direct messages with one of these words; `match` is contains (the default), exact, word, starts or regex."""
    given = {"match": match, "exclude": exclude}
    return trigger("keyword", keywords=keywords, **{key: value for key, value in given.items() if value is not None})


def any_message() -> dict[str, Any]:
    """Every direct message that no more specific trigger takes."""
    return trigger("any_message")
