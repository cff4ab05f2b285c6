"""What a question promises the rest of the engine, and a whole conversation with one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instantchat.engine.inputs import Reply, Start, TimeUp
from instantchat.engine.node import Node
from instantchat.engine.progress import Progress
from instantchat.engine.stepper import advance
from instantchat.testing import make_visit, read_node
from tests.engine.builders import NOW, compiled, context, message, new_run, node, say, sent_texts, trigger

OPTIONS = [{"id": "s", "title": "Small"}, {"id": "l", "title": "Large"}]
KINDS = ["text", "email", "phone", "number", "date", "choice", "regex"]


def question(kind: str = "email", **data: Any) -> Node:
    answer = {"type": kind, "options": OPTIONS, "pattern": r"\d+"}
    return read_node("questionNode", {"content": "?", "answer": answer, "saveTo": "given", **data})


class TestContract:
    def test_has_its_three_exits_whatever_the_choices(self) -> None:
        assert question("choice").exits() == ["answered", "invalid", "timeout"]

    def test_takes_taps_on_its_choices_only(self) -> None:
        assert [question("choice").accepts_tap(each) for each in ("s", "l", "x", "answered")] == [
            True,
            True,
            False,
            False,
        ]
        assert not question("email").accepts_tap("s")

    @pytest.mark.parametrize(
        ("given_message", "is_heard"),
        [
            (message("hm"), True),
            (message(attachments=({"type": "image", "url": "https://x.example/a.jpg"},)), True),
            (message(" "), False),
            (message("Small", payload="a quick reply of something else"), False),
            (message("hm", kind="story_reply"), False),
            (message("hm", kind="comment"), False),
            (message(kind="postback", payload="MENU"), False),
        ],
    )
    def test_hears_what_is_written_to_it(self, given_message: Any, is_heard: bool) -> None:
        asked = question()
        assert asked.hears(given_message, make_visit(asked, {})) is is_heard

    def test_says_what_it_means_for_the_window(self) -> None:
        asked = question(timeoutMinutes=2000)
        assert asked.speaks() and asked.waits()
        assert [asked.opens_window(each) for each in asked.exits()] == [True, True, False]
        assert asked.longest_stay("timeout") == timedelta(minutes=2000)
        assert question().longest_stay("timeout") == timedelta(hours=24)
        assert list(asked.sets()) == ["given"]


class TestConversation:
    FLOW = (
        [trigger("t"), node("q", "questionNode", content="Your e-mail?", answer={"type": "email"}, saveTo="email",
                            retries=1, timeoutMinutes=30),
         say("yes", "Thanks, {{email}}!"), say("no", "Never mind."), say("late", "Still there?")],
        "t>q", "q.answered>yes", "q.invalid>no", "q.timeout>late",
    )  # fmt: skip

    def start(self) -> Progress:
        flow = compiled(*self.FLOW)
        return advance(flow, new_run(), Start(message("hi"), "t"), context())

    def go_on(self, progress: Progress, given: str | None, minutes: float) -> Progress:
        flow, now = compiled(*self.FLOW), NOW + timedelta(minutes=minutes)
        read = TimeUp() if given is None else Reply(message(given))
        return advance(flow, progress.run, read, context(now=now, contact=progress.contact))

    def test_a_right_answer_is_kept_and_can_be_said(self) -> None:
        asked = self.start()
        assert sent_texts(asked.effects) == ["Your e-mail?"]
        thanked = self.go_on(asked, "Ann@Example.com", 1)
        assert sent_texts(thanked.effects) == ["Thanks, Ann@example.com!"]
        assert thanked.contact.variables == {"email": "Ann@example.com"}

    def test_a_wrong_answer_is_asked_for_again_and_does_not_move_the_timeout(self) -> None:
        again = self.go_on(self.start(), "hm", 10)
        assert sent_texts(again.effects) == ["Please write an e-mail address, like name@example.com."]
        assert again.run.wake_at == NOW + timedelta(minutes=30)
        assert sent_texts(self.go_on(again, "a@example.com", 20).effects) == ["Thanks, a@example.com!"]
        assert sent_texts(self.go_on(again, "no", 20).effects) == ["Never mind."]

    def test_no_answer_in_time(self) -> None:
        assert sent_texts(self.go_on(self.start(), None, 30).effects) == ["Still there?"]


@given(st.sampled_from(KINDS), st.text())
def test_any_answer_is_kept_or_asked_for_again(kind: str, text: str) -> None:
    asked = question(kind)
    outcome = asked.resume(make_visit(asked, {}), Reply(message(text)))
    assert outcome.kind in ("take", "wait")
    assert len(outcome.effects) == 1
