"""What a question takes as an answer, for `Flow.ask(answer=…)`."""

from __future__ import annotations

from typing import Any

from .choices import choices

__all__ = ["choice", "date", "email", "number", "phone", "regex", "text"]


def text() -> dict[str, Any]:
    """Any text."""
    return {"type": "text"}


def email() -> dict[str, Any]:
    """An e-mail address."""
    return {"type": "email"}


def phone() -> dict[str, Any]:
    """A phone number."""
    return {"type": "phone"}


def date() -> dict[str, Any]:
    """A date."""
    return {"type": "date"}


def number(min: float | None = None, max: float | None = None) -> dict[str, Any]:
    """A number, within limits if any are given."""
    limits = {"min": min, "max": max}
    return {"type": "number", **{name: value for name, value in limits.items() if value is not None}}


def choice(*options: str) -> dict[str, Any]:
    """One of these."""
    return {"type": "choice", "options": choices(options)}


def regex(pattern: str) -> dict[str, Any]:
    """A text that fits the pattern."""
    return {"type": "regex", "pattern": pattern}
