"""What all records share: JSON data, and a page of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Up to `limit` records and the cursor of what follows."""

    data: list[T]
    next_cursor: str | None
