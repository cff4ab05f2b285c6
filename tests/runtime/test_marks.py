"""What happens to messages that are there: taken back, edited, reacted to, seen."""

from __future__ import annotations

from typing import Any

import pytest

from instantchat.kit.clock import rfc3339
from instantchat.runtime.automation import Policy
from instantchat.store.records import Json, Message
from tests.runtime.conftest import Stage

PICTURE: Json = {"type": "image", "url": "https://cdn.example/a.jpg", "title": None}


async def only(stage: Stage) -> Message:
    (message,) = await stage.messages()
    return message


async def edit(stage: Stage, text: str, number: Any = 1, mid: str = "m") -> str:
    raw = {"message_edit": {"mid": mid, "text": text, "num_edit": number}}
    return await stage.tell("edit", {"mid": mid, "text": text, "raw": raw})


async def react(stage: Stage, emoji: str | None, mid: str = "m") -> str:
    return await stage.tell(
        "reaction", {"mid": mid, "action": "react" if emoji else "unreact", **({"payload": emoji} if emoji else {})}
    )


class TestUnsend:
    @pytest.mark.parametrize("is_at_once", [True, False])
    async def test_leaves_nothing_of_text_and_media(self, stage: Stage, is_at_once: bool) -> None:
        said = await stage.say("my secret", mid="m", attachments=[PICTURE])
        if not is_at_once:
            await stage.work()
        await stage.tell("unsend", {"mid": "m"})
        await stage.work()
        message, conversation = await only(stage), await stage.conversation()
        assert (message.text, message.attachments, message.extras) == ("", [], {"unsent": True})
        assert conversation.last_text == ""
        assert (await stage.event(said)).payload == {"isUnsent": True}

    async def test_takes_it_out_of_the_runs_that_heard_it(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("the price of my secret", mid="m")
        await stage.work()
        (before,) = await stage.runs()
        assert "secret" in str(before.data)
        await stage.tell("unsend", {"mid": "m"})
        await stage.work()
        (after,) = await stage.runs()
        assert "secret" not in str(after.data) + str(after.trace)
        assert (after.state, after.rev, len(after.trace)) == (before.state, before.rev, len(before.trace))

    async def test_that_comes_before_its_message_keeps_it_out(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.tell("unsend", {"mid": "m"})
        await stage.work()
        said = await stage.say("price", mid="m")
        await stage.work()
        message = await only(stage)
        assert (message.text, message.extras, message.direction) == ("", {"unsent": True}, "in")
        assert (await stage.conversation()).unread_count == 0
        event = await stage.event(said)
        assert (event.payload, event.decision) == (
            {"isUnsent": True},
            {"reason": "taken_back", "messageId": message.id},
        )
        assert await stage.runs() == []

    async def test_leaves_what_was_said_since_in_the_list(self, stage: Stage) -> None:
        await stage.say("first", mid="m")
        stage.pass_time(seconds=1)
        await stage.say("second", mid="n")
        await stage.work()
        await stage.tell("unsend", {"mid": "m"})
        await stage.work()
        assert (await stage.conversation()).last_text == "second"

    async def test_of_a_flows_message_keeps_what_it_answered(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        said = await stage.say("price")
        await stage.work()
        await stage.send()
        await stage.tell("unsend", {"mid": "mid-out-1", "isEcho": True})
        await stage.work()
        assert [line[1] for line in await stage.lines()] == ["price", ""]
        assert (await stage.event(said)).payload["text"] == "price"

    async def test_is_seen_in_open_pages(self, stage: Stage) -> None:
        await stage.say("hello", mid="m")
        await stage.work()
        stage.heard.events.clear()
        await stage.tell("unsend", {"mid": "m"})
        await stage.work()
        assert stage.heard.kinds() == ["conversation", "message"]

    async def test_undoes_no_edit_that_comes_late(self, stage: Stage) -> None:
        await stage.say("hello", mid="m")
        await stage.tell("unsend", {"mid": "m"})
        await edit(stage, "hello again")
        await react(stage, "❤")
        await stage.work()
        assert ((await only(stage)).text, (await only(stage)).extras) == ("", {"unsent": True})


class TestEdit:
    async def test_shows_the_new_text(self, stage: Stage) -> None:
        await stage.say("pirce", mid="m")
        await edit(stage, "price")
        await stage.work()
        message, conversation = await only(stage), await stage.conversation()
        assert (message.text, message.extras, conversation.last_text) == ("price", {"edited": True}, "price")
        assert conversation.unread_count == 1

    async def test_of_an_unknown_message_changes_nothing(self, stage: Stage) -> None:
        await stage.say("hello", mid="other")
        event_id = await edit(stage, "price", 0)
        await stage.work()
        assert (await stage.event(event_id)).decision == {"reason": "unknown_message"}
        assert [line[1] for line in await stage.lines()] == ["hello"]

    @pytest.mark.parametrize("number", [0, "0"])
    async def test_zero_is_a_new_message_where_the_operator_says_so(
        self, stage: Stage, greeting: Json, number: Any
    ) -> None:
        stage.policy = Policy(edit_zero_is_new=True)
        stage.restart_worker()
        await stage.flow(greeting)
        await edit(stage, "price", number)
        await stage.work()
        assert [line[1] for line in await stage.lines()] == ["price", "Re price"]

    async def test_zero_of_a_message_that_came_is_not_taken_twice(self, stage: Stage, greeting: Json) -> None:
        stage.policy = Policy(edit_zero_is_new=True)
        stage.restart_worker()
        await stage.flow(greeting)
        await edit(stage, "price", 0)
        await stage.say("price", mid="m")
        await stage.work()
        assert [line[1] for line in await stage.lines()] == ["price", "Re price"]


class TestReaction:
    async def test_is_shown_until_another_replaces_it_or_it_is_taken_back(self, stage: Stage) -> None:
        await stage.say("hello", mid="m")
        await stage.work()
        shown = []
        for emoji in ("❤", "😂", None):
            await react(stage, emoji)
            await stage.work()
            shown.append((await only(stage)).extras["reactions"])
        assert shown == [{"contact": "❤"}, {"contact": "😂"}, {}]

    async def test_leaves_the_unread_count(self, stage: Stage) -> None:
        await stage.say("hello", mid="m")
        await react(stage, "❤")
        await stage.work()
        assert (await stage.conversation()).unread_count == 1

    async def test_twice_at_once_ends_with_the_last(self, stage: Stage) -> None:
        await stage.say("hello", mid="m")
        for emoji in ("❤", None, "😂"):
            await react(stage, emoji)
        await stage.work()
        assert (await only(stage)).extras["reactions"] == {"contact": "😂"}

    async def test_to_an_unknown_message_is_heard_by_flows_all_the_same(self, stage: Stage) -> None:
        await stage.say("hello")
        event_id = await react(stage, "❤", "unknown")
        await stage.work()
        decision = (await stage.event(event_id)).decision
        assert decision is not None and decision["reason"] == "none"


class TestSeen:
    async def test_marks_the_message_it_names_once(self, stage: Stage) -> None:
        await stage.echo("m", "From the phone")
        await stage.work()
        first = rfc3339(stage.clock.now())
        for _ in range(2):
            await stage.tell("read", {"mid": "m"})
            await stage.work()
            stage.pass_time(seconds=5)
        assert (await only(stage)).extras == {"seenAt": first}

    async def test_opens_no_window_and_stores_nobody(self, stage: Stage) -> None:
        event_id = await stage.tell("read", {"mid": "m"})
        await stage.work()
        assert (await stage.event(event_id)).decision == {"reason": "unknown_message"}
        assert await stage.store.inbox.thread_by_igsid(stage.seeded.workspace_id, "7001", None) is None
