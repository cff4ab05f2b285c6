"""What effects become: rows, and calls to Instagram."""

from __future__ import annotations

import datetime as dt

import pytest

from instantchat.channels.instagram.answers import Rejected, SendOutcome, Unknown, Unsent
from instantchat.channels.instagram.errors import Refusal, RefusalKind
from instantchat.engine.effects import Button, Effect, HandOff, React, ReplyToComment, SendMessage
from instantchat.kit.ids import new_id
from instantchat.runtime.effects import carry_out, handlers
from instantchat.runtime.lane import Lane
from instantchat.runtime.live import Notice
from instantchat.store.records import HandledEvent, Json, Message, RunRecord, Thread, User
from tests.runtime.conftest import Stage
from tests.runtime.test_worker import chain

REPLY = ReplyToComment("run", "n1", "c_9", "Thanks!")
REACT = React("run", "n1", "mid_7", "love")
PRIVATE = SendMessage("run", "n1", "Hi there", comment_id="c_9")


async def carry(stage: Stage, *effects: Effect, hours: float | None = None) -> RunRecord:
    """Carry out the effects of a run for somebody whose window is open for some hours, or never was."""
    await stage.tell("other", {})
    now = stage.clock.now()
    [work] = await stage.store.queue.claim_work("test", now, now + dt.timedelta(seconds=30), 1)
    lane = Lane(work, "test", now)
    lane.handled = [HandledEvent(event.id) for event in work.events]
    if hours is not None:
        lane.change_conversation(window_expires_at=now + dt.timedelta(hours=hours))
    run = RunRecord(
        id=new_id("run"), workspace_id=work.account.workspace_id, conversation_id=lane.conversation.id, lane=work.lane,
        flow_id="flw_1", version_id="ver_1", state="completed", waiting_for=None, wake_at=None, rev=0, data={},
        trace=[], event_id=work.events[0].id, error=None, started_at=now, updated_at=now,
    )  # fmt: skip
    lane.put_run(run)
    carry_out(effects, lane, run.id)
    assert await stage.store.queue.checkpoint([lane.checkpoint()]) == [True]
    return run


async def go(stage: Stage, *actions: Json) -> None:
    """A contact writes `go`, and a flow takes these actions."""
    await stage.flow(chain(*[("actionNode", action) for action in actions]))
    await stage.say("go")
    await stage.work()


async def notes(stage: Stage) -> list[tuple[str, str]]:
    """(kind, text) of the conversation's notes, oldest first."""
    conversation = await stage.conversation()
    found = await stage.store.inbox.notes(stage.seeded.workspace_id, conversation.id, 50)
    return [(note.kind, note.text) for note in reversed(found)]


def notices(stage: Stage) -> list[tuple[str, str | None]]:
    """(text, member) of what members were told."""
    told = [event.record for event in stage.heard.events if isinstance(event.record, Notice)]
    return [(notice.note.text, notice.member_id) for notice in told]


async def member(stage: Stage, workspace_id: str, name: str, email: str) -> User:
    user = User(
        id=new_id("usr"), workspace_id=workspace_id, role="agent", name=name, email=email, password_hash="!",
        avatar_url=None, created_at=stage.clock.now(),
    )  # fmt: skip
    assert await stage.store.members.create_user(user, "Workspace")
    return user


async def only(stage: Stage) -> Message:
    [message] = await stage.messages()
    return message


def test_every_effect_has_a_handler() -> None:
    # a decorated dataclass has two classes of its name: the plain one and the slotted one in use
    kinds = {each.kind for each in Effect.__subclasses__() if each.__module__ == Effect.__module__}
    assert kinds - set(handlers()) == set()


class TestReplyToComment:
    async def test_is_sent_once_under_the_comment_without_a_window(self, stage: Stage) -> None:
        run = await carry(stage, REPLY)
        await stage.send()
        assert stage.instagram.sent == [{"comment": "c_9", "text": "Thanks!"}]
        reply = await only(stage)
        assert (reply.text, reply.status, reply.mid, reply.run_id) == ("Thanks!", "sent", "mid-out-1", run.id)
        assert (reply.sender_kind, reply.sender_id) == ("flow", "flw_1")

    async def test_an_unknown_outcome_is_not_repeated(self, stage: Stage) -> None:
        await carry(stage, REPLY)
        stage.instagram.script = [Unknown("No answer.")]
        await stage.send()
        stage.pass_time(hours=1)
        await stage.send()
        assert ((await only(stage)).status, len(stage.instagram.sent)) == ("unknown", 1)

    async def test_one_that_never_left_is_tried_again(self, stage: Stage) -> None:
        await carry(stage, REPLY)
        stage.instagram.script = [Unsent("Instagram could not be reached.")]
        await stage.send()
        stage.pass_time(seconds=5)
        await stage.send()
        assert ((await only(stage)).status, len(stage.instagram.sent)) == ("sent", 2)


class TestReact:
    async def test_is_sent_once_and_shown_as_the_emoji(self, stage: Stage) -> None:
        await carry(stage, REACT, hours=1)
        await stage.send()
        assert stage.instagram.sent == [{"recipient": "7001", "mid": "mid_7", "emoji": "love"}]
        assert ((await only(stage)).text, (await only(stage)).status) == ("❤️", "sent")

    async def test_needs_the_window(self, stage: Stage) -> None:
        await carry(stage, REACT, hours=1)
        stage.pass_time(hours=1)
        await stage.send()
        assert (stage.instagram.sent, (await only(stage)).error_code) == ([], "window_closed")


class TestPrivateReply:
    async def test_names_the_comment_and_needs_no_window(self, stage: Stage) -> None:
        await carry(stage, PRIVATE)
        await stage.send()
        assert stage.instagram.sent == [{"recipient": {"comment_id": "c_9"}, "message": {"text": "Hi there"}}]
        assert (await only(stage)).status == "sent"

    async def test_carries_its_buttons(self, stage: Stage) -> None:
        button = Button("more", "More", payload="tap")
        await carry(stage, SendMessage("run", "n1", "Hi", buttons=(button,), comment_id="c_9"))
        await stage.send()
        [body] = stage.instagram.sent
        assert body["recipient"] == {"comment_id": "c_9"}
        assert body["message"]["attachment"]["payload"]["buttons"] == [
            {"type": "postback", "title": "More", "payload": "tap"}
        ]

    @pytest.mark.parametrize(
        ("outcome", "status"),
        [
            (Unknown("Try later."), "unknown"),
            (Rejected(Refusal(100, 2534025, RefusalKind.PERMANENT, "Used up.", "")), "rejected"),
        ],
    )
    async def test_what_reached_meta_is_never_repeated(self, stage: Stage, outcome: SendOutcome, status: str) -> None:
        await carry(stage, PRIVATE)
        stage.instagram.script = [outcome]
        await stage.send()
        stage.pass_time(hours=1)
        await stage.send()
        assert ((await only(stage)).status, len(stage.instagram.sent)) == (status, 1)


class TestEcho:
    """The owner answers from the phone while something that has no echo is open."""

    @pytest.mark.parametrize(("effect", "text"), [(REACT, "❤️"), (REPLY, "Thanks!")])
    async def test_is_not_taken_for_what_has_none(self, stage: Stage, effect: Effect, text: str) -> None:
        await carry(stage, effect, hours=1)
        stage.instagram.script = [Unknown("No answer.")]
        await stage.send()
        await stage.echo("phone-1", text)
        await stage.work()
        assert sorted(await stage.lines()) == sorted([("flow", text, "unknown"), ("phone", text, "sent")])

    async def test_settles_a_private_reply(self, stage: Stage) -> None:
        await carry(stage, PRIVATE)
        stage.instagram.script = [Unknown("No answer.")]
        await stage.send()
        await stage.echo("mid-of-meta", "Hi there")
        await stage.work()
        assert await stage.lines() == [("flow", "Hi there", "sent")]


class TestAddNote:
    async def test_is_kept_with_the_conversation(self, stage: Stage) -> None:
        await go(stage, {"action": "add_note", "text": "Said {{message.text}}"})
        assert await notes(stage) == [("note", "Said go")]
        [run] = await stage.runs()
        conversation = await stage.conversation()
        [note] = await stage.store.inbox.notes(stage.seeded.workspace_id, conversation.id, 50)
        assert (note.author_kind, note.author_id, note.run_id) == ("flow", run.flow_id, run.id)
        assert "conversation" in stage.heard.kinds()


class TestAssign:
    @pytest.mark.parametrize("by", ["id", "email"])
    async def test_gives_the_conversation_to_a_member(self, stage: Stage, by: str) -> None:
        ada = await member(stage, stage.seeded.workspace_id, "Ada", "ada@example.com")
        await go(stage, {"action": "assign", "memberId": ada.id if by == "id" else "ADA@example.com"})
        assert (await stage.conversation()).assignee_id == ada.id
        assert await notes(stage) == [("activity", "Assigned to Ada.")]

    async def test_takes_it_from_whoever_had_it(self, stage: Stage) -> None:
        ada = await member(stage, stage.seeded.workspace_id, "Ada", "ada@example.com")
        bob = await member(stage, stage.seeded.workspace_id, "Bob", "bob@example.com")
        await go(stage, {"action": "assign", "memberId": ada.id}, {"action": "assign", "memberId": bob.id})
        assert (await stage.conversation()).assignee_id == bob.id

    async def test_tells_what_is_stored(self, stage: Stage) -> None:
        ada = await member(stage, stage.seeded.workspace_id, "Ada", "ada@example.com")
        await go(stage, {"action": "assign", "memberId": ada.id})
        [thread] = [event.record for event in stage.heard.events if isinstance(event.record, Thread)]
        assert thread.conversation.assignee_id == ada.id

    @pytest.mark.parametrize("name", ["nobody@example.com", "usr_none", "eve@example.com"])
    async def test_a_stranger_gets_nothing_and_a_line_says_so(self, stage: Stage, name: str) -> None:
        await member(stage, new_id("wsp"), "Eve", "eve@example.com")
        await go(stage, {"action": "assign", "memberId": name})
        assert (await stage.conversation()).assignee_id is None
        assert await notes(stage) == [("activity", f"Not assigned: nobody here is “{name}”.")]


class TestHandOff:
    async def test_pauses_flows_for_a_day_opens_the_conversation_and_tells_everybody(self, stage: Stage) -> None:
        await stage.say("hello")
        await stage.work()
        conversation = await stage.conversation()
        await stage.store.inbox.patch_conversation(stage.seeded.workspace_id, conversation.id, {"status": "done"})
        await go(stage, {"action": "handoff", "note": "Wants {{message.text}}"})
        conversation = await stage.conversation()
        assert conversation.paused_until == stage.clock.now() + dt.timedelta(hours=24)
        assert conversation.status == "open"
        assert await notes(stage) == [("note", "Wants go"), ("activity", "Handed over to people.")]
        assert notices(stage) == [("Handed over to people.", None)]

    async def test_the_run_still_says_goodbye_and_other_runs_wait_on(self, stage: Stage) -> None:
        await stage.flow(chain(("messageNode", {"content": "Which?", "quickReplies": [{"id": "a", "title": "A"}]})))
        await stage.say("go")
        await stage.work()
        graph = chain(("actionNode", {"action": "handoff"}), ("messageNode", {"content": "Ann will answer."}))
        graph["nodes"][0]["data"]["triggers"][0]["keywords"] = ["person"]
        await stage.flow(graph)
        await stage.say("a person please")
        await stage.work()
        assert [text for who, text, _ in await stage.lines() if who == "flow"] == ["Which?", "Ann will answer."]
        assert sorted(run.state for run in await stage.runs()) == ["completed", "waiting"]

    async def test_never_shortens_a_pause(self, stage: Stage) -> None:
        await go(stage, {"action": "handoff"})
        conversation = await stage.conversation()
        longer = stage.clock.now() + dt.timedelta(days=3)
        changes = {"paused_until": longer}
        await stage.store.inbox.patch_conversation(stage.seeded.workspace_id, conversation.id, changes)
        await carry(stage, HandOff())
        assert (await stage.conversation()).paused_until == longer


class TestNotify:
    async def test_tells_everybody_once_it_is_stored(self, stage: Stage) -> None:
        await go(stage, {"action": "notify", "text": "{{message.text}}!"})
        assert notices(stage) == [("go!", None)]
        assert await notes(stage) == [("activity", "go!")]

    async def test_tells_one_member(self, stage: Stage) -> None:
        ada = await member(stage, stage.seeded.workspace_id, "Ada", "ada@example.com")
        await go(stage, {"action": "notify", "text": "Look", "memberId": "ada@example.com"})
        assert notices(stage) == [("Look", ada.id)]

    async def test_a_stranger_hears_nothing_and_a_line_says_so(self, stage: Stage) -> None:
        await member(stage, new_id("wsp"), "Eve", "eve@example.com")
        await go(stage, {"action": "notify", "text": "Look", "memberId": "eve@example.com"})
        assert notices(stage) == []
        assert await notes(stage) == [
            ("activity", "Look"), ("activity", "Not notified: nobody here is “eve@example.com”."),
        ]  # fmt: skip
