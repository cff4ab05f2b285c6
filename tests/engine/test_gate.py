"""The messaging window at the door: one private reply to a comment, nothing once the window is closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from instantchat.engine.decide import decide
from instantchat.engine.inputs import Reply, Start, TimeUp
from instantchat.engine.progress import Progress
from instantchat.engine.stepper import advance
from instantchat.engine.window import NEVER, Window
from tests.engine.builders import NOW, QUICK, compiled, context, message, new_run, node, say, sent_texts, trigger

COMMENT = message("price?", kind="comment", refs={"commentId": "c1", "mediaId": "m1"})
OPEN = Window(NOW + timedelta(hours=24))
TWO = compiled([trigger("t"), say("a", "First"), say("b", "Second")], "t>a", "a>b")


def begin(flow: Any, given: Any = COMMENT, window: Window = NEVER) -> Progress:
    return advance(flow, new_run(), Start(given, "t"), context(given, window=window))


def gates(progress: Progress) -> list[str | None]:
    return [step.window for step in progress.trace]


class TestComments:
    def test_the_first_message_is_the_private_reply_and_the_next_waits_for_the_answer(self) -> None:
        progress = begin(TWO)
        assert [(effect.text, effect.comment_id) for effect in progress.effects] == [("First", "c1")]
        assert gates(progress) == [None, "private_reply", "not_open"]
        run = progress.run
        assert (run.state, run.waiting_for, run.node_id) == ("waiting", "reply", "b")
        assert run.wake_at == COMMENT.at + timedelta(days=7)

    def test_the_answer_opens_the_window_and_the_run_goes_on(self) -> None:
        run = begin(TWO).run
        decision = decide(message("Yes please"), [(TWO, run)], [], context(window=OPEN))
        assert decision.reason == "reply" and decision.resume is not None
        done = advance(TWO, run, decision.resume.input, context(window=OPEN))
        assert [(effect.text, effect.comment_id) for effect in done.effects] == [("Second", None)]
        assert done.run.state == "completed"

    def test_another_comment_is_no_answer(self) -> None:
        run = begin(TWO).run
        assert decide(COMMENT, [(TWO, run)], [], context()).resume is None

    def test_without_an_answer_the_run_ends_after_a_week(self) -> None:
        run = begin(TWO).run
        later = NOW + timedelta(days=7)
        done = advance(TWO, run, TimeUp(), context(now=later, window=NEVER))
        assert (done.run.state, done.effects) == ("completed", ())
        assert done.trace[0].note == "The contact did not answer the private reply."

    def test_choices_go_with_the_private_reply(self) -> None:
        flow = compiled([trigger("t"), say("a", "Want it?", quickReplies=QUICK), say("b", "Here")], "t>a", "a.yes>b")
        progress = begin(flow)
        assert progress.effects[0].comment_id == "c1" and len(progress.effects[0].quick_replies) == 2
        assert (progress.run.waiting_for, progress.run.node_id) == ("reply", "a")

    def test_media_beside_the_text_is_left_out_with_a_warning(self) -> None:
        picture = {"type": "image", "url": "https://x.example/a.png"}
        flow = compiled([trigger("t"), say("a", "Look", attachments=[picture], typingSeconds=2)], "t>a")
        progress = begin(flow)
        assert [(effect.kind, effect.text) for effect in progress.effects] == [("send_message", "Look")]
        assert progress.trace[1].warnings == ("a private reply is one message: 1 more of this step were left out",)

    def test_someone_who_can_be_written_to_gets_a_normal_message(self) -> None:
        progress = begin(TWO, window=OPEN)
        assert [(effect.text, effect.comment_id) for effect in progress.effects] == [("First", None), ("Second", None)]

    def test_a_comment_of_last_week_allows_none(self) -> None:
        old = message("price?", kind="comment", at=NOW - timedelta(days=7), refs={"commentId": "c1"})
        progress = begin(TWO, old)
        assert progress.effects == () and gates(progress) == [None, "closed", "closed"]


class TestClosed:
    def test_nothing_is_sent_and_the_flow_goes_on(self) -> None:
        flow = compiled(
            [trigger("t"), say("a", "Late"), node("g", "actionNode", action="tag_customer", tag="late")], "t>a", "a>g"
        )
        progress = begin(flow, message("hi"))
        assert [effect.kind for effect in progress.effects] == ["tag_contact"]
        assert progress.trace[1].error == (
            "The messaging window is closed: nothing was sent. Instagram lets you write again once the contact does."
        )

    def test_a_question_that_cannot_be_asked_ends_its_way(self) -> None:
        flow = compiled([trigger("t"), say("a", "Late?", quickReplies=QUICK), say("b", "x")], "t>a", "a.yes>b")
        progress = begin(flow, message("hi"))
        assert (progress.run.state, progress.effects) == ("completed", ())

    def test_the_window_of_the_last_message_counts(self) -> None:
        flow = compiled(
            [trigger("t"), node("d", "delayNode", amount=25, unit="hours"), say("a", "Still there?")], "t>d", "d>a"
        )
        waiting = begin(flow, message("hi"), OPEN).run
        later = NOW + timedelta(hours=25)
        closed = advance(flow, waiting, TimeUp(), context(now=later, window=OPEN))
        assert sent_texts(closed.effects) == []
        wrote = Window(later + timedelta(hours=1))
        assert sent_texts(advance(flow, waiting, TimeUp(), context(now=later, window=wrote)).effects) == [
            "Still there?"
        ]


class TestWindow:
    def test_what_opens_it(self) -> None:
        day, week = NOW + timedelta(hours=24), NOW + timedelta(days=7)
        for kind in ("message", "postback", "story_reply", "story_mention"):
            assert NEVER.after(kind, NOW) == Window(day, week)
        for kind in ("comment", "live_comment", "reaction", "referral", "read"):
            assert NEVER.after(kind, NOW) == NEVER

    def test_an_ad_opens_it_for_a_week_and_a_later_message_does_not_shorten_it(self) -> None:
        ad = NEVER.after("message", NOW, from_ad=True)
        assert ad.expires_at == NOW + timedelta(days=7)
        assert ad.after("message", NOW + timedelta(days=1)).expires_at == NOW + timedelta(days=7)

    def test_people_may_answer_longer(self) -> None:
        window = NEVER.after("message", NOW)
        moments = [NOW + timedelta(hours=23), NOW + timedelta(days=2), NOW + timedelta(days=7)]
        assert [window.is_open(each) for each in moments] == [True, False, False]
        assert [window.is_open_to_people(each) for each in moments] == [True, True, False]


def test_a_reply_to_an_answered_private_reply_is_the_reply_of_its_node() -> None:
    flow = compiled([trigger("t"), say("a", "Want it?", quickReplies=QUICK), say("b", "Here")], "t>a", "a.yes>b")
    run = begin(flow).run
    done = advance(flow, run, Reply(message("yes")), context(window=OPEN))
    assert sent_texts(done.effects) == ["Here"]
