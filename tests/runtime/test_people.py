"""A person answers from the phone: flows are silent for a while, and what waited is over."""

from __future__ import annotations

import datetime as dt
from random import Random

from instantchat.runtime.automation import Automation
from instantchat.runtime.handling import handle_lane
from instantchat.runtime.lane import Lane
from instantchat.store.records import Json, TakeOver
from tests.runtime.conftest import Stage
from tests.runtime.test_wishes import WAITING, by_hand, texts

MINUTE = dt.timedelta(minutes=1)
NOTE = "Somebody answered from Instagram's own app: flows stay silent until 1 hour after the last answer."


class TestAnswerFromThePhone:
    async def test_cancels_the_runs_that_wait_and_says_why(self, stage: Stage) -> None:
        await stage.flow(WAITING)
        await stage.say("go")
        await stage.work()
        await stage.echo("phone-1", "I'll take over")
        await stage.work()
        [run] = await stage.runs()
        assert (run.state, run.waiting_for, run.wake_at) == ("cancelled", None, None)
        assert run.error == "taken_over: A person took the conversation over, so the run ended."
        assert [each.record.id for each in stage.heard.events if each.kind == "run"][-1:] == [run.id]  # type: ignore[union-attr]  # a run
        stage.pass_time(hours=2)
        await stage.work()
        await stage.send()
        assert texts(stage) == []

    async def test_drops_what_flows_have_queued(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("price")
        await stage.work()
        await stage.echo("phone-1", "I'll take over")
        await stage.work()
        await stage.send()
        assert texts(stage) == []
        queued = (await stage.messages())[1]
        assert (queued.status, queued.error_code, queued.error_text) == (
            "rejected", "taken_over", "A person took the conversation over before this message went out.",
        )  # fmt: skip

    async def test_is_written_to_the_conversation_once_while_the_pause_grows(self, stage: Stage) -> None:
        await stage.echo("phone-1", "one")
        await stage.work()
        stage.pass_time(minutes=30)
        await stage.echo("phone-2", "two")
        await stage.work()
        assert await stage.notes() == [NOTE]
        assert (await stage.conversation()).paused_until == stage.clock.now() + 60 * MINUTE
        stage.pass_time(hours=1)
        await stage.echo("phone-3", "three")
        await stage.work()
        assert await stage.notes() == [NOTE, NOTE]

    async def test_pauses_for_as_long_as_the_account_says(self, stage: Stage) -> None:
        await stage.rules(pause_minutes=90)
        await stage.echo("phone-1", "hi")
        await stage.work()
        assert (await stage.conversation()).paused_until == stage.clock.now() + 90 * MINUTE
        assert "90 minutes after" in (await stage.notes())[0]

    async def test_changes_nothing_where_the_account_has_no_pause(self, stage: Stage, greeting: Json) -> None:
        await stage.rules(pause_minutes=0)
        await stage.flow(WAITING)
        await stage.say("go")
        await stage.work()
        await stage.echo("phone-1", "hi")
        await stage.work()
        [run] = await stage.runs()
        assert (run.state, (await stage.conversation()).paused_until, await stage.notes()) == ("waiting", None, [])

    async def test_that_is_heard_of_too_late_changes_nothing(self, stage: Stage) -> None:
        await stage.flow(WAITING)
        event_id = await stage.echo("phone-1", "hi")
        stage.pass_time(hours=1)
        await stage.say("go")
        await stage.work()
        assert (await stage.event(event_id)).state == "handled"
        assert [run.state for run in await stage.runs()] == ["waiting"]
        assert await stage.notes() == []


class TestEcho:
    async def test_of_our_own_message_rewrites_nothing(self, stage: Stage, greeting: Json) -> None:
        """One checkpoint: how the event ended, and the end of the lease."""
        await stage.flow(greeting)
        await stage.say("price")
        await stage.work()
        await stage.send()
        before, said = await stage.conversation(), await stage.messages()
        stage.pass_time(hours=3)
        stage.heard.events.clear()
        await stage.echo("mid-out-1", "Re price")
        await stage.work()
        assert await stage.conversation() == before
        assert await stage.messages() == said
        assert stage.heard.events == []

    async def test_from_the_phone_leaves_the_window_where_it_was(self, stage: Stage) -> None:
        await stage.say("hello")
        await stage.work()
        before = await stage.conversation()
        stage.pass_time(hours=3)
        await stage.echo("phone-1", "hi")
        await stage.work()
        after = await stage.conversation()
        assert (after.window_expires_at, after.heard_at) == (before.window_expires_at, before.heard_at)


class TestAnswerFromTheInbox:
    async def test_goes_out_and_what_flows_had_queued_does_not(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("price")
        await stage.work()
        stage.pass_time(seconds=1)
        take_over = TakeOver(stage.clock.now() + 60 * MINUTE, "taken_over: Why.")
        await stage.store.inbox.enqueue(await by_hand(stage, "Let me look"), take_over)
        await stage.send()
        assert texts(stage) == ["Let me look"]

    async def test_that_is_stored_while_a_flow_starts_ends_what_that_began(self, stage: Stage) -> None:
        await stage.flow(WAITING)
        await stage.say("hello")
        await stage.work()
        await stage.say("go")
        now = stage.clock.now()
        [work] = await stage.store.queue.claim_work("w", now, now + MINUTE, 1)
        stage.pass_time(seconds=1)
        take_over = TakeOver(stage.clock.now(), "taken_over: Why.")
        queued = await stage.store.inbox.enqueue(await by_hand(stage, "Let me look"), take_over)
        assert queued.cancelled == []
        lane = Lane(work, "w", now)
        handle_lane(lane, await stage.automation())
        assert await stage.store.queue.checkpoint([lane.checkpoint()]) == [True]
        assert [run.state for run in await stage.runs()] == ["waiting"]
        stage.pass_time(minutes=11)
        await stage.work()
        await stage.send()
        assert [run.state for run in await stage.runs()] == ["cancelled"]
        assert texts(stage) == ["Let me look"]

    async def test_that_is_stored_while_an_event_is_handled_stays_resumed(self, stage: Stage) -> None:
        """A handling that only looked at the pause does not bring it back after a member ended it."""
        await stage.say("hello")
        await stage.work()
        await stage.pause(hours=1)
        conversation = await stage.conversation()
        await stage.say("still there?")
        now = stage.clock.now()
        [work] = await stage.store.queue.claim_work("w", now, now + MINUTE, 1)
        await stage.store.inbox.patch_conversation(conversation.workspace_id, conversation.id, {"paused_until": None})
        lane = Lane(work, "w", now)
        handle_lane(lane, Automation((), {}, Random(1)))
        assert await stage.store.queue.checkpoint([lane.checkpoint()]) == [True]
        assert [text for _, text, _ in await stage.lines()] == ["hello", "still there?"]
        assert (await stage.conversation()).paused_until is None
