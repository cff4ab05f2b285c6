"""Every reason code that is written anywhere has a sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import instantchat
from instantchat.engine.effects import Effect
from instantchat.features.inbox.why.reasons import DECISIONS, decision_sentence, verdict_sentence
from instantchat.features.inbox.why.record import EffectOut
from instantchat.features.inbox.why.words import duration, effect_sentence, event_sentence

ROOT = Path(instantchat.__file__).parent
_CODE_AT = {"NoMatch": 0, "Verdict": 3}


def _trees(*folders: str) -> Iterator[ast.AST]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ast.parse(path.read_text())


def _text(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _decision_codes() -> set[str]:
    """`Decision("…")` of the engine, and `{"reason": "…"}` of the runtime."""
    found: set[str] = set()
    for tree in _trees("engine", "runtime"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Decision":
                found |= {code for each in node.args[:1] for code in _text(each)}
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                found |= {code for key, value in pairs if "reason" in _text(key) for code in _text(value)}
    return found


def _verdict_codes() -> set[str]:
    """`NoMatch("…")` and `Verdict(…, "…")`, what `may_start` answers, and what replaces a verdict's reason."""
    found: set[str] = set()
    for tree in _trees("engine", "triggers"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = _CODE_AT.get(node.func.id, len(node.args))
                found |= {code for each in node.args[at : at + 1] for code in _text(each)}
                found |= {code for each in node.keywords if each.arg == "reason" for code in _text(each.value)}
            if isinstance(node, ast.FunctionDef) and node.name == "may_start":
                pairs = [each for each in ast.walk(node) if isinstance(each, ast.Return)]
                found |= {
                    code for each in pairs if isinstance(each.value, ast.Tuple) for code in _text(each.value.elts[0])
                }
    return found


DECIDED, JUDGED = sorted(_decision_codes()), sorted(_verdict_codes())


def test_the_codes_are_found() -> None:
    assert {"tap", "reply", "trigger", "named", "stop", "none", "paused", "standby", "test", "phone"} <= set(DECIDED)
    assert {"matched", "outranked", "no_keyword", "reentry_once", "too_soon", "not_active"} <= set(JUDGED)


@pytest.mark.parametrize("code", DECIDED)
def test_every_decision_has_a_sentence(code: str) -> None:
    assert code in DECISIONS
    sentence = decision_sentence(code, flow="Prices")
    assert sentence.endswith(".") and sentence[0] in "“ABCDEFGHIJKLMNOPQRSTUVWXYZ" and "{" not in sentence


@pytest.mark.parametrize("code", [*JUDGED, "not_a_comment"])
def test_every_verdict_has_a_sentence(code: str) -> None:
    assert verdict_sentence(code)


def test_a_code_of_a_third_party_has_none() -> None:
    assert verdict_sentence("full_moon") is None


class TestDecisionSentence:
    def test_names_the_flow_that_took_the_event(self) -> None:
        assert decision_sentence("trigger", flow="Prices") == "A trigger of “Prices” matched, so it started."
        assert decision_sentence("reply").startswith("A flow was waiting for an answer and took this one")

    def test_a_tap_that_came_too_late_says_so(self) -> None:
        sentence = decision_sentence("none", is_stale_tap=True)
        assert sentence.startswith("The tapped choice belongs to a run that no longer waits for it. No flow started")


class TestWords:
    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (0.2, "under a second"),
            (45, "45 s"),
            (60, "1 min"),
            (7_200, "2 h"),
            (9_000, "2 h 30 min"),
            (100_800, "1 d 4 h"),
        ],
    )
    def test_duration(self, seconds: float, words: str) -> None:
        assert duration(seconds) == words

    def test_every_effect_has_words(self) -> None:
        ours = [each for each in Effect.__subclasses__() if each.__module__ == Effect.__module__]
        for kind in {each.kind for each in ours if each.kind}:
            sentence = effect_sentence(EffectOut(kind=kind))
            assert sentence != kind.replace("_", " ").capitalize(), kind

    def test_effects_of_any_shape_have_words(self) -> None:
        told = EffectOut.model_validate({"kind": "send_message", "cards": 5, "attachments": [1, "image"], "text": None})
        assert effect_sentence(told) == "Sent a picture"

    @pytest.mark.parametrize(
        ("kind", "payload", "words"),
        [
            ("message", {"text": "price?"}, "Ana wrote “price?”"),
            ("message", {"text": "Yes", "payload": "x"}, "Ana tapped “Yes”."),
            ("message", {"attachments": [{"type": "image"}]}, "Ana sent a picture."),
            ("message", {"attachments": [{"type": "story_mention"}]}, "Ana mentioned you in a story."),
            ("message", {"text": "Wow", "replyTo": {"story": {}}}, "Ana replied to your story: “Wow”."),
            ("comment", {"text": "price?"}, "Ana commented “price?” under a post."),
            ("reaction", {"action": "react", "payload": "😍"}, "Ana reacted 😍."),
            ("schedule", {}, "A schedule came due."),
            ("app_roles", {}, "Instagram told us of “app roles”."),
        ],
    )
    def test_events(self, kind: str, payload: dict[str, object], words: str) -> None:
        assert event_sentence(kind, payload, "Ana") == words
