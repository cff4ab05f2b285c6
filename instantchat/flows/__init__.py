"""Flows as Python: `Flow("Prices").on(keyword("price")).say("10 €")` makes the JSON that the server imports.

Needs no server, settings or database. See `docs/flows-in-python.md`.
"""

from __future__ import annotations

from .answers import choice, date, email, number, phone, regex, text
from .error import FlowError
from .flow import Flow
from .triggers import any_message, keyword, trigger

__all__ = [
    "Flow",
    "FlowError",
    "any_message",
    "choice",
    "date",
    "email",
    "keyword",
    "number",
    "phone",
    "regex",
    "text",
    "trigger",
]
