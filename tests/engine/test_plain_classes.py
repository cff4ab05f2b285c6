"""Every effect, input, run and step of a trace goes to JSON and back as it was."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from instantchat.engine import effects
from instantchat.engine.effects import Attachment, Button, Card, Effect, QuickReply
from instantchat.engine.inputs import Input, Tap
from instantchat.engine.plain import from_json, to_json
from instantchat.engine.progress import TraceStep
from instantchat.engine.run import Run, RunError
from tests.engine.builders import message

AT = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)
ANY = {"a": [1, 2.5, True, None, "ü\u202e"], "b": {}}
BUTTON = Button("b", "More", "web_url", "https://x.example")
# by the name of the field, for whatever class has it
FILLED: dict[str, Any] = {
    "run_id": "run_1",
    "node_id": "n",
    "text": "Hëllo 👋",
    "tag": "vip",
    "name": "size",
    "value": ANY,
    "flow": "Welcome",
    "attachments": (Attachment("image", "https://x.example"),),
    "quick_replies": (QuickReply("y", "Yes", "p"),),
    "buttons": (BUTTON,),
    "cards": (Card("T", "S", None, None, (BUTTON,)),),
    "comment_id": "c",
    "mid": "m",
    "emoji": "🔥",
    "seconds": 1.5,
    "ref": "run_1.2",
    "method": "POST",
    "url": "https://x.example",
    "headers": {"A": "b"},
    "body": '{"a": 1}',
    "timeout_seconds": 4.5,
    "save_as": "x",
    "member_id": "usr_1",
    "member": "usr_1",
    "note": "Please",
    "instructions": "Sort",
    "model": "small",
    "max_tokens": 5,
    "choices": {"a": "b"},
    "message": message("Hi", refs=ANY),
    "tap": Tap("n", "yes", "ver_1"),
    "status": 200,
    "error": "No answer.",
}


def classes(base: type[Any]) -> list[type[Any]]:
    """The classes in use, without those that tests make: `@plain` makes a slotted one of each, of the same name, after
    the first."""
    ours = [each for each in base.__subclasses__() if each.__module__ == base.__module__]
    return list({each.__name__: each for each in ours}.values())


def filled(cls: type[Any]) -> Any:
    return cls(**{field.name: FILLED[field.name] for field in dataclasses.fields(cls)})


@pytest.mark.parametrize("cls", [*classes(Effect), *classes(Input)], ids=lambda cls: cls.__name__)
def test_effects_and_inputs(cls: type[Any]) -> None:
    value = filled(cls)
    written = json.loads(json.dumps(to_json(value)))
    assert written["kind"] == cls.kind
    assert from_json(Effect if issubclass(cls, Effect) else Input, written) == value
    json.dumps(value.told())


def test_every_effect_of_the_module_is_tried() -> None:
    kinds = [each for each in vars(effects).values() if isinstance(each, type) and issubclass(each, Effect)]
    assert {each.__name__ for each in kinds} - {"Effect"} == {each.__name__ for each in classes(Effect)}


def test_runs_and_steps() -> None:
    error = RunError("step_limit", "Too many.", "n")
    run = Run("run_1", "flw", "ver", "cnv", "waiting", "n", "reply", AT, AT, 3, 2, {"wait": ANY}, error, AT, AT)
    told = ({"kind": "send_message", "text": "Hi"},)
    step = TraceStep(
        "n", "messageNode", "wait", AT, "next", "note", ("a", "b"), ANY, "bad", ANY, 1.5, told, "open", AT, "ver"
    )
    for value in (run, step):
        assert from_json(type(value), json.loads(json.dumps(to_json(value)))) == value
