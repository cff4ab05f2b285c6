"""What authors and customers write into flows is data: it reads no secret, grows without bound nowhere, ends soon."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instantchat.engine.context import AccountView, ContactView, InboundMessage
from instantchat.engine.filters import FILTERS
from instantchat.engine.regex import PatternError, compile_pattern
from instantchat.engine.scope import Scope, snapshot
from instantchat.engine.templates import OUTPUT_LIMIT, evaluate, render

ROOTS = ("account", "contact", "message", "variables", "response", "contact.fields", "contact.tags", "settings", "env")
INNARDS = (
    "__class__",
    "__class__.__mro__",
    "__class__.__init__.__globals__",
    "__init__",
    "__init__.__globals__",
    "__dict__",
    "__doc__",
    "__module__",
    "__slots__",
    "__dataclass_fields__",
    "__dataclass_fields__.id",
    "__match_args__",
    "__reduce__",
    "get",
    "items",
    "keys",
    "format",
    "sealed_token",
    "access_token",
    "secret_key",
    "PATH",
)


def scope(**variables: Any) -> Scope:
    message = InboundMessage("e", "message", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "Hi")
    contact = ContactView("con_1", "1789", name="Ann", variables=variables)
    return Scope(contact, snapshot(message), {"status": 200, "body": {}}, AccountView("acc_1", username="shop"))


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("path", INNARDS)
def test_templates_reach_data_and_nothing_behind_it(root: str, path: str) -> None:
    source = f"{{{{{root}.{path}}}}}"
    assert render(source, scope(), []) in {"", source}
    assert evaluate(source, scope(), []) in {"", source}


@given(st.text(max_size=300), st.sampled_from(sorted(FILTERS)), st.text(max_size=10))
def test_what_templates_make_can_be_stored(path: str, name: str, argument: str) -> None:
    found = evaluate({"x": [f"{{{{{path}}}}}", f"{{{{account.{path}|{name}:{argument}}}}}"]}, scope(), [])
    json.dumps(found)


def test_a_customer_cannot_write_a_template() -> None:
    assert render("{{said}}", scope(said="{{account.username}} {{variables.said}}"), []).startswith("{{account")


def test_output_is_bounded_whatever_is_repeated() -> None:
    large = {f"v{number}": "x" * 19_999 for number in range(20)}
    values = scope(**large, listed=["y" * 10_000] * 900, deep={"a": ["z" * 10_000] * 100})
    began = time.process_time()
    for source in (
        "{{v1}}{{v2}}{{v3}}" * 500,
        "{{listed}}" * 300,
        "{{deep|json}}" * 300,
        "{{v1|urlencode}}" * 300,
        "{{v1|upper|title|urlencode|json}}" * 300,
        "{" * 100_000,
        "{{" * 50_000,
        "{{a|" * 25_000,
        "{{" + "a." * 20_000 + "}}",
    ):
        assert len(render(source, values, [])) <= OUTPUT_LIMIT
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a|a)*b",
        r"(a|aa)+$",
        r"(.*)*x",
        r"(a?){50}a{50}",
        r"((a{0,20}){0,20}){0,20}",
        r"(?:(?:(?:a*)*)*)*b",
        r"(\w+\s?)*$",
        r"[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*0",
        "(" * 500 + "a" + ")" * 500,
        "|".join("a" * 50 for _ in range(200)),
        r"a{1000000}",
        r"a{99999999999999999999}",
    ],
)
@pytest.mark.parametrize("text", ["a" * 5000 + "!", "ab " * 2000, "\u0130" * 1000, ""])
def test_no_pattern_takes_long(pattern: str, text: str) -> None:
    began = time.process_time()
    try:
        compile_pattern(pattern).search(text)
    except PatternError:
        pass
    assert time.process_time() - began < 2
