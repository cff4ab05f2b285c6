"""Every registered trigger against its golden cases; one without docs, example or case fails."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from instantchat.engine.registry import trigger_types
from instantchat.engine.trigger import Match, Trigger
from tests.nodes.golden import load_cases, read_context, settle, without_empty

CASES = Path(__file__).parent / "cases"
TYPES = [pytest.param(name, cls, id=name) for name, cls in trigger_types().items()]
GOLDEN = [
    pytest.param(name, case, id=f"{name}-{case['name']}")
    for name in trigger_types()
    for case in load_cases(CASES / f"{name}.json")
]


class TestEveryTrigger:
    @pytest.mark.parametrize(("name", "cls"), TYPES)
    def test_is_described_and_has_cases(self, name: str, cls: type[Trigger]) -> None:
        assert cls.__doc__ and cls.label and cls.icon
        assert load_cases(CASES / f"{name}.json"), "every trigger has golden cases"

    @pytest.mark.parametrize(("name", "cls"), TYPES)
    def test_examples_are_complete(self, name: str, cls: type[Trigger]) -> None:
        assert cls.examples
        for example in cls.examples:
            assert example["type"] == name
            trigger, issues = cls.parse(example)
            assert trigger is not None, issues
            assert list(trigger.findings()) == []
            assert trigger.card()

    def test_only_what_opens_the_messaging_window_says_so(self) -> None:
        opening = {name for name, cls in trigger_types().items() if cls.opens_window}
        replying = {name for name, cls in trigger_types().items() if cls.gives_private_reply}
        closed = {"comment", "live_comment", "reaction", "contact_changed", "schedule", "api", "referral"}
        assert opening == set(trigger_types()) - closed
        assert replying == {"comment", "live_comment"}


@pytest.mark.parametrize(("name", "case"), GOLDEN)
def test_golden(name: str, case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    update = bool(request.config.getoption("--update", default=False))
    settle(CASES / f"{name}.json", case, play(name, case), update)


def play(name: str, case: dict[str, Any]) -> dict[str, Any]:
    trigger, issues = trigger_types()[name].parse(case["data"])
    if "issues" in case["expect"]:
        found = issues if trigger is None else list(trigger.findings())
        return {"issues": [without_empty({"code": each.code, "field": each.field}) for each in found]}
    assert trigger is not None, issues
    context = read_context(case)
    assert context.message is not None
    found = trigger.match(context.message, context)
    assert found.detail.endswith(".")
    if isinstance(found, Match):
        pause = trigger.once_per()
        hours = pause / timedelta(hours=1) if pause else None
        return without_empty({"match": found.rank.name.lower(), "values": found.values, "oncePerHours": hours})
    return without_empty({"noMatch": found.reason, "values": found.values})
