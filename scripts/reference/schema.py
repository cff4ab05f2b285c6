"""`flow.schema.json`: the flow format for editors, as `instantchat schema` prints it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from instantchat.engine.json_schema import flow_schema

from .blocks import Wanted


def write(is_wanted: Wanted) -> Iterator[str]:
    """The JSON Schema."""
    yield json.dumps(flow_schema(is_wanted), indent=2, ensure_ascii=False)
