"""Calls and values as Python source."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .flow import Flow

WIDTH = 100


@dataclass(frozen=True)
class Code:
    """A value written as a call of one of our functions."""

    value: Any
    text: str
    helper: str


@dataclass(frozen=True)
class Call:
    """A step as written: the method and what it is given."""

    method: str
    given: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)

    def run(self, flow: Flow) -> None:
        """Take the step."""
        named = {name: _value(each) for name, each in self.named.items()}
        getattr(flow, self.method)(*map(_value, self.given), **named)

    def line(self) -> str:
        """As source, in one line."""
        return f"{self.method}({', '.join(self._parts())})"

    def text(self, indent: str = "    ") -> str:
        """As source, in several lines when it is long."""
        parts = self._parts()
        line = f".{self.line()}"
        if len(line) <= WIDTH or not parts:
            return line
        return f".{self.method}(\n" + "".join(f"{indent}    {part},\n" for part in parts) + f"{indent})"

    def _parts(self) -> list[str]:
        return [*map(literal, self.given), *(f"{name}={literal(each)}" for name, each in self.named.items())]


def literal(value: Any) -> str:
    """A JSON value as a Python literal on one line; what cannot be seen is escaped."""
    if isinstance(value, Code):
        return value.text
    if isinstance(value, str):
        return re.sub(r"[^\x20-\x7e]", _escape, json.dumps(value, ensure_ascii=False))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))})"
    return f"[{', '.join(map(literal, value))}]" if isinstance(value, list) else repr(value)


def _escape(found: re.Match[str]) -> str:
    letter = found.group()
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def _value(value: Any) -> Any:
    if isinstance(value, Code):
        return value.value
    return [_value(item) for item in value] if isinstance(value, list) else value
