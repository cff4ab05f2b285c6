from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from instantchat.engine.context import AccountView, ContactView, InboundMessage
from instantchat.engine.scope import Scope, snapshot
from instantchat.engine.templates import OUTPUT_LIMIT, evaluate, parse_path, render

SCOPE = Scope(
    ContactView(
        "con_1",
        "1789",
        name="Ann Lee",
        first_name="Ann",
        tags=("a", "b"),
        fields={"email": "ann@x.example", "size": "field"},
        variables={"size": "XL", "n": 3.0, "price": 4.567, "on": True, "items": [{"id": 7}], "blank": ""},
    ),
    snapshot(InboundMessage("e", "message", datetime(2026, 1, 1, tzinfo=UTC), "Hi", refs={"mid": "m_1"})),
    {"status": 200, "body": {"items": [{"price": 9}], "note": None}},
    AccountView("acc_1", username="shop"),
)


def rendered(text: str) -> tuple[str, list[str]]:
    warnings: list[str] = []
    return render(text, SCOPE, warnings), warnings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no braces", "no braces"),
        ("{{size}}", "XL"),
        ("{{ variables.size }}/{{contact.size}}/{{contact.fields.size}}", "XL/field/field"),
        ("{{email}} {{name}}", "ann@x.example Ann Lee"),
        ("{{contact.first_name|there}}", "Ann"),
        ("{{contact.username|there}}", "there"),
        ("{{blank|nothing}}", "nothing"),
        ("{{response.body.items[0].price}} {{response.status}}", "9 200"),
        ("{{message.text}} {{message.mid}} {{account.username}}", "Hi m_1 shop"),
        ("{{n}} {{on}} {{contact.tags}}", "3 true a, b"),
        ("{{items}}", '[{"id": 7}]'),
        ("{{size|lower}} {{name|upper}} {{price|round:1}}", "xl ANN LEE 4.6"),
        ('{{missing|"upper"}} {{missing|two words}}', "upper two words"),
        ("{{contact.tags|first}} {{contact.tags|length}}", "a 2"),
        ("{{name|truncate:4}} {{name|urlencode}}", "Ann… Ann%20Lee"),
        ("{{size|lower|fallback}}", "xl"),
        ("{{{{size}}}}", "{{XL}}"),
        ("{{'a'*10**8}} {{ 1+1 }} {{}} {{", "{{'a'*10**8}} {{ 1+1 }} {{}} {{"),
        ("{{contact.__class__}}|{{size.upper}}|{{contact.tags.append}}", "||"),
    ],
)
def test_renders(text: str, expected: str) -> None:
    assert rendered(text)[0] == expected


def test_a_missing_value_is_warned_about() -> None:
    assert rendered("a{{nope}}b{{response.body.note}}c{{nope|x}}") == (
        "abcx",
        ["{{nope}} has no value", "{{response.body.note}} has no value"],
    )


def test_output_is_bounded() -> None:
    scope = Scope(ContactView("c", "1", variables={"big": "x" * 15_000}), None, None, AccountView("a"))
    warnings: list[str] = []
    assert len(render("{{big}}" * 1000, scope, warnings)) == OUTPUT_LIMIT
    assert warnings == ["the text was cut at 20,000 characters"]


def test_values_are_never_templates_themselves() -> None:
    scope = Scope(ContactView("c", "1", variables={"evil": "{{secret}}", "secret": "s"}), None, None, AccountView("a"))
    assert render("{{evil}}", scope, []) == "{{secret}}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{{items}}", [{"id": 7}]),
        ("{{n}}", 3.0),
        ("{{n|round}}", "3"),
        ("a {{n}}", "a 3"),
        ("{{nope}}", ""),
        ({"k": ["{{size}}", 1, None]}, {"k": ["XL", 1, None]}),
    ],
)
def test_evaluate_keeps_types(value: Any, expected: Any) -> None:
    assert evaluate(value, SCOPE, []) == expected


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.b[0].c", ("a", "b", "0", "c")),
        ("{{ contact.tags }}", ("contact", "tags")),
        ("día", ("día",)),
        ("a..b", None),
        ("1a", None),
        ("a b", None),
        ("", None),
        ("a" * 301, None),
    ],
)
def test_parse_path(text: str, path: tuple[str, ...] | None) -> None:
    assert parse_path(text) == path
