from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from instantchat.engine import effects, inputs
from instantchat.engine.decision import Verdict
from instantchat.engine.payload import TapPayload, decode_tap, encode_tap
from instantchat.engine.plain import from_json, plain, to_json
from instantchat.engine.progress import TraceStep
from instantchat.engine.run import Run, RunError
from tests.engine.builders import message

NOW = datetime(2026, 1, 5, 12, 0, 0, 123000, tzinfo=UTC)
VALUES = [
    effects.SendMessage("r", "n", "Hi", quick_replies=(effects.QuickReply("a", "A", "p"),)),
    effects.SendMessage("r", "n", attachments=(effects.Attachment("image", "u"),), buttons=(effects.Button("b", "B"),)),
    effects.SetTyping(1.5),
    effects.TagContact("x"),
    effects.UntagContact("x"),
    effects.SetVariable("x", {"a": [1, None]}),
    effects.SetField("x", "y"),
    effects.CallApi("ref", "GET", "https://x.example", {"A": "b"}, None, 3, "v"),
    effects.FetchProfile(),
]
GIVEN = [
    inputs.Start(message("x"), "t"),
    inputs.Reply(message("x", refs={"mid": "m"}), inputs.Tap("n", "e")),
    inputs.TimeUp(),
    inputs.Result("ref", 200, {"a": 1}),
    inputs.ProfileReady(),
]


@pytest.mark.parametrize("effect", VALUES, ids=lambda each: each.kind)
def test_effects_go_to_json_and_back(effect: effects.Effect) -> None:
    assert from_json(effects.Effect, to_json(effect)) == effect


@pytest.mark.parametrize("given", GIVEN, ids=lambda each: each.kind)
def test_inputs_go_to_json_and_back(given: inputs.Input) -> None:
    assert from_json(inputs.Input, to_json(given)) == given


@pytest.mark.parametrize(
    "value",
    [
        Run("r", "f", "v", "c", "waiting", "n", "reply", NOW, NOW, 3, 2, {"message": {"text": "x"}}, started_at=NOW),
        Run("r", "f", "v", "c", "failed", error=RunError("step_limit", "Too many.", "n")),
        TraceStep("n", "messageNode", "take", NOW, "next", None, ("w",), {"a": 1}),
        Verdict("f", "Flow", True, "matched", "Yes.", True, "keyword", {"text": "x"}),
    ],
)
def test_records_go_to_json_and_back(value) -> None:
    data = to_json(value)
    assert from_json(type(value), data) == value
    assert not any("_" in key for key in data)
    assert len(data) == len(fields(value))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown effect kind 'fly'"):
        from_json(effects.Effect, {"kind": "fly"})


class TestPayload:
    @pytest.mark.parametrize(
        "ids", [("run_1", "n1", "yes"), ("r", 'a"b:\\', "é,]"), ("r" * 100, "n" * 100, "\\" * 100)]
    )
    def test_comes_back(self, ids: tuple[str, str, str]) -> None:
        payload = encode_tap(*ids)
        assert decode_tap(payload) == TapPayload(*ids)
        assert len(payload) < 1000

    @pytest.mark.parametrize("payload", [None, "", "BUY", "ic1:", "ic1:[1,2,3]", 'ic1:["a"]', "ic1:" + "[" * 990])
    def test_other_payloads_are_none(self, payload: str | None) -> None:
        assert decode_tap(payload) is None


@plain
class Whisper(effects.SendMessage):
    """An effect that derives from another one, as a plug-in's may."""

    kind: ClassVar[str] = "test_whisper"


def test_an_effect_of_an_effect_comes_back_as_itself() -> None:
    whisper = Whisper("r", "n", "psst")
    assert type(from_json(effects.Effect, to_json(whisper))) is Whisper
    assert type(from_json(effects.Effect, to_json(effects.SendMessage("r", "n", "hi")))) is effects.SendMessage
