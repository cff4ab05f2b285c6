"""Every registered trigger against its golden cases; one without docs, example or case fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from instantchat.engine.registry import trigger_types
from instantchat.engine.trigger import Trigger
from instantchat.testing import check_trigger, load_cases, play_trigger, settle

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
        check_trigger(cls)
        assert load_cases(CASES / f"{name}.json"), "every trigger has golden cases"

    def test_only_what_opens_the_messaging_window_says_so(self) -> None:
        opening = {name for name, cls in trigger_types().items() if cls.opens_window}
        replying = {name for name, cls in trigger_types().items() if cls.gives_private_reply}
        closed = {"comment", "live_comment", "reaction", "contact_changed", "schedule", "api", "referral"}
        assert opening == set(trigger_types()) - closed
        assert replying == {"comment", "live_comment"}


@pytest.mark.parametrize(("name", "case"), GOLDEN)
def test_golden(name: str, case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    update = bool(request.config.getoption("--update", default=False))
    settle(CASES / f"{name}.json", case, play_trigger(trigger_types()[name], case), update)
