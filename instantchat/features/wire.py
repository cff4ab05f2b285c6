"""The JSON shapes of the API: camelCase names, RFC 3339 UTC times with milliseconds (DESIGN section 6)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, model_validator
from pydantic.alias_generators import to_camel

from instantchat.engine.json_shape import shape_problem
from instantchat.kit.clock import rfc3339

T = TypeVar("T")


def _moment(value: dt.datetime) -> str:
    return rfc3339(value)


Moment = Annotated[AwareDatetime, PlainSerializer(_moment, return_type=str, when_used="json-unless-none")]
"""A time as every answer writes it, such as `2026-01-31T09:30:00.000Z`."""


class Wire(BaseModel):
    """A body of the API: snake_case here, camelCase on the wire; both are accepted, unknown fields are ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True, str_strip_whitespace=False
    )

    def wire(self) -> dict[str, Any]:
        """Plain JSON data as a client sees it."""
        return self.model_dump(mode="json", by_alias=True)


class Checked(Wire):
    """A body with JSON of any shape in it: nothing nested too deeply, no number or text that no store takes."""

    @model_validator(mode="before")
    @classmethod
    def _sane(cls, data: Any) -> Any:
        problem = shape_problem(data)
        if problem:
            raise ValueError(problem)
        return data


class PageOut(Wire, Generic[T]):
    """One page of a list; `nextCursor` is null on the last."""

    data: list[T]
    next_cursor: str | None = None
