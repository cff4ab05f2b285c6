"""Things to tap: written as titles, made into items with ids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from .error import FlowError
from .fields import plain_json

ID_LENGTH = 40


def choices(items: Sequence[str | tuple[str, str] | Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`"Small"` becomes `{"id": "small", "title": "Small"}`; a pair of title and address a button that opens a page;
    an item written in full stays as it is."""
    made: list[dict[str, Any]] = []
    for item in items:
        if isinstance(item, Mapping):
            made.append(plain_json(item))
            continue
        pair = (item, None) if isinstance(item, str) else item
        if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(pair[0], str):
            raise FlowError(f"A choice is a title, or a title and an address; {item!r} is neither.")
        title, url = pair
        one = {"id": _free_id(title, {each.get("id") for each in made}), "title": title}
        made.append(one if url is None else {**one, "type": "web_url", "url": url})
    return made


def _free_id(title: str, taken: set[Any]) -> str:
    letters = unicodedata.normalize("NFKC", title).casefold()
    name = re.sub(r"[^\w]+", "_", letters).strip("_")[:ID_LENGTH] or "choice"
    number = 1
    while (found := name if number == 1 else f"{name}_{number}") in taken:
        number += 1
    return found
