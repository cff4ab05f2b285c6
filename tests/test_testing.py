"""What the authors of nodes and triggers are told by `instantchat.testing`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import Field

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.effects import Effect
from instantchat.engine.form import Required
from instantchat.engine.node import Node, Take, Upgrade
from instantchat.engine.plain import plain
from instantchat.engine.trigger import Match, Rank, Trigger
from instantchat.engine.visit import Visit
from instantchat.testing import check_effect, check_node, check_trigger, run_node_cases, run_trigger_cases


class Bare(Node):
    text: str = ""


class Wave(Node):
    """Waves."""

    type: ClassVar[str] = "testWave"
    label: ClassVar[str] = "Wave"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"hand": "left"},)
    hand: Annotated[str, Field(title="Hand", max_length=5), Required] = ""

    def enter(self, visit: Visit) -> Take:
        return Take("next", note=f"With the {self.hand} hand.")


class Anything(Trigger):
    """Anything at all."""

    type: ClassVar[str] = "test_anything"
    label: ClassVar[str] = "Anything"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "test_anything"},)

    def match(self, event: InboundMessage, context: Context) -> Match:
        return Match(Rank.ANY, "It was something.", {"text": event.text})


@plain
class Unhandled(Effect):
    kind: ClassVar[str] = "test_unhandled"
    hand: str


def complaint(check: Any, *given: Any) -> str:
    with pytest.raises(AssertionError) as raised:
        check(*given)
    return str(raised.value)


class TestCheck:
    def test_a_complete_one_passes(self) -> None:
        check_node(Wave)
        check_trigger(Anything)

    def test_everything_that_is_missing_is_said_at_once(self) -> None:
        assert complaint(check_node, Bare) == (
            "Bare: it has no `type`, its wire name; it has no docstring, which is the tooltip and the documentation; "
            "it has no `label`; the field text has no label: give its Field a `title`; it has no example: fill "
            "`examples`; the card of an empty one is not one line of 1 to 200 characters: ''."
        )

    @pytest.mark.parametrize(
        ("example", "sentence"),
        [
            ({}, "Unfinished: example 1 is not complete: “Hand” is missing."),
            ({"hand": 3}, "Unfinished: example 1 is not complete: hand: Input should be a valid string."),
        ],
    )
    def test_examples_must_be_complete(self, example: dict[str, Any], sentence: str) -> None:
        class Unfinished(Wave):
            """Waves."""

            examples: ClassVar[tuple[dict[str, Any], ...]] = (example,)

        assert complaint(check_node, Unfinished) == sentence

    def test_a_trigger_example_names_its_type(self) -> None:
        class Misnamed(Anything):
            """Anything."""

            examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "keyword"},)

        assert complaint(check_trigger, Misnamed) == "Misnamed: the example {'type': 'keyword'} has another type."

    def test_upgrades_do_what_their_examples_say(self) -> None:
        class Renamed(Wave):
            """Waves."""

            upgrades: ClassVar[tuple[Upgrade, ...]] = (
                Upgrade("The arm is a hand.", lambda data: {"hand": "right"}, {"arm": "left"}, {"hand": "left"}),
            )

        assert complaint(check_node, Renamed) == (
            "Renamed: the upgrade 'The arm is a hand.' makes {'hand': 'right'} of its example; "
            "the upgrade 'The arm is a hand.' changes what is written as today."
        )

    def test_an_effect_without_a_handler(self) -> None:
        assert complaint(check_effect, Unhandled("left")).startswith("nothing carries out 'test_unhandled': offer an ")


class TestCases:
    def test_pass_or_say_which_one_and_how(self, tmp_path: Path) -> None:
        path = write(tmp_path, {"data": {"hand": "left"}, "expect": {"outcome": "take", "exit": "next"}})
        sentence = complaint(run_node_cases, Wave, path)
        assert sentence.splitlines()[:3] == [
            "cases.json, 'one':",
            "expected {'outcome': 'take', 'exit': 'next'}",
            "but got  {'outcome': 'take', 'note': 'With the left hand.', 'exit': 'next'}",
        ]
        run_node_cases(Wave, path, update=True)
        run_node_cases(Wave, path)
        assert json.loads(path.read_text())[0]["expect"]["note"] == "With the left hand."

    def test_none_is_a_failure(self, tmp_path: Path) -> None:
        path = tmp_path / "none.json"
        assert complaint(run_node_cases, Wave, path) == f"there are no cases: write {path}"

    def test_of_a_trigger(self, tmp_path: Path) -> None:
        case = {"data": {"type": "test_anything"}, "message": "hi"}
        run_trigger_cases(Anything, write(tmp_path, {**case, "expect": {"match": "any", "values": {"text": "hi"}}}))


def write(folder: Path, case: dict[str, Any]) -> Path:
    path = folder / "cases.json"
    path.write_text(json.dumps([{"name": "one", **case}]))
    return path
