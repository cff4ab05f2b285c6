"""Conversations and messages, as people read them."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from instantchat.errors import BadRequest
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import World

HOUR = dt.timedelta(hours=1)


async def _names(store: Store, world: World, **filters: str | None) -> list[str]:
    page = await store.inbox.conversations(world.workspace_id, limit=50, cursor=None, **filters)
    return [thread.contact.igsid for thread in page.data]


async def _named(world: World, igsid: str, name: str | None, username: str | None = None) -> r.Conversation:
    conversation = await world.meet(igsid)
    await world.store.inbox.set_profile(
        conversation.contact_id, name=name, username=username, picture_url=None, at=world.now
    )
    return conversation


class TestConversations:
    async def test_newest_activity_first(self, store: Store, world: World) -> None:
        first = await world.meet("first")
        world.clock.advance(1)
        await world.meet("second")
        assert await _names(store, world) == ["second", "first"]
        await world.queue(first, "hi")
        assert await _names(store, world) == ["first", "second"]

    async def test_one_without_messages_counts_from_its_creation(self, store: Store, world: World) -> None:
        await world.meet("old")
        world.clock.advance(1)
        await world.meet("silent", last_at=None, last_direction=None, created_at=world.now)
        assert await _names(store, world) == ["silent", "old"]

    async def test_pages_stay_stable_while_others_arrive(self, store: Store, world: World) -> None:
        for number in range(5):
            await world.meet(f"p{number}")
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(3):
            page = await store.inbox.conversations(world.workspace_id, limit=2, cursor=cursor)
            seen += [thread.contact.igsid for thread in page.data]
            cursor = page.next_cursor
            world.clock.advance(1)
            await world.meet(f"new{len(seen)}")
        assert seen == ["p4", "p3", "p2", "p1", "p0"], "same moment: later ids first"
        assert cursor is None

    async def test_filter_by_status(self, store: Store, world: World) -> None:
        done, _ = await world.meet("done"), await world.meet("open")
        await store.inbox.patch_conversation(world.workspace_id, done.id, {"status": "done"})
        assert await _names(store, world, status="done") == ["done"]
        assert await _names(store, world, status="open") == ["open"]

    async def test_search_finds_part_of_a_name_in_any_case(self, store: Store, world: World) -> None:
        await _named(world, "a", "Maria GRÖSSE", "maria.g")
        await _named(world, "b", "Otto", "otto_100%")
        assert await _names(store, world, search="größe") == ["a"]
        assert await _names(store, world, search="ARIA.") == ["a"]
        assert await _names(store, world, search="  otto ") == ["b"]
        assert await _names(store, world, search="_100%") == ["b"]
        assert await _names(store, world, search="%") == ["b"]
        assert await _names(store, world, search="nobody") == []

    async def test_search_still_finds_after_more_messages(self, store: Store, world: World) -> None:
        conversation = await _named(world, "a", "Maria")
        stored = await world.thread(conversation)
        await world.change(conversation, conversation=stored, messages=[world.message(conversation)])
        assert await _names(store, world, search="maria") == ["a"]


class TestThread:
    async def test_is_found_by_the_person(self, store: Store, world: World) -> None:
        conversation = await world.meet("maria")
        found = await store.inbox.thread_by_igsid(world.workspace_id, "maria", world.account.id)
        assert found is not None
        assert found.conversation.id == conversation.id
        assert await store.inbox.thread_by_igsid(world.workspace_id, "maria", "acc_other") is None
        assert await store.inbox.thread_by_igsid(world.workspace_id, "nobody", None) is None

    async def test_without_an_account_is_the_most_recent(self, store: Store, world: World) -> None:
        await world.meet("maria")
        other = await world.add_account()
        world.clock.advance(1)
        newer = await world.meet("maria", other)
        found = await store.inbox.thread_by_igsid(world.workspace_id, "maria", None)
        assert found is not None
        assert found.conversation.id == newer.id


class TestMarkRead:
    async def test_sets_unread_to_zero(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.change(conversation, conversation=conversation, messages=[world.message(conversation)])
        thread = await store.inbox.mark_read(world.workspace_id, conversation.id)
        assert thread is not None
        assert thread.conversation.unread_count == 0
        assert await store.inbox.total_unread(world.workspace_id) == 0
        assert await store.inbox.mark_read(world.workspace_id, "cnv_none") is None


class TestPatch:
    async def test_sets_and_clears(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        changes = {"status": "waiting", "assignee_id": world.user.id, "paused_until": world.now + HOUR}
        thread = await store.inbox.patch_conversation(world.workspace_id, conversation.id, changes)
        assert thread is not None
        patched = thread.conversation
        assert (patched.status, patched.assignee_id, patched.paused_until) == tuple(changes.values())
        cleared = await store.inbox.patch_conversation(
            world.workspace_id, conversation.id, {"assignee_id": None, "paused_until": None}
        )
        assert cleared is not None
        assert (cleared.conversation.assignee_id, cleared.conversation.paused_until) == (None, None)
        assert cleared.conversation.status == "waiting"

    async def test_refuses_anything_else(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        with pytest.raises(ValueError, match="lane"):
            await store.inbox.patch_conversation(world.workspace_id, conversation.id, {"lane": "x"})


class TestOptIn:
    async def test_takes_back_that_the_contact_opted_out(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        thread = await store.inbox.thread(world.workspace_id, conversation.id)
        assert thread is not None
        assert await world.change(conversation, contact=dataclasses.replace(thread.contact, opted_out_at=world.now))

        assert await store.inbox.opt_in("another", conversation.id) is None
        thread = await store.inbox.thread(world.workspace_id, conversation.id)
        assert thread is not None
        assert thread.contact.opted_out_at == world.now

        thread = await store.inbox.opt_in(world.workspace_id, conversation.id)
        assert thread is not None
        assert thread.contact.opted_out_at is None


class TestProfile:
    async def test_none_leaves_what_is_stored(self, store: Store, world: World) -> None:
        conversation = await _named(world, "maria", "Maria", "maria")
        contact = await store.inbox.set_profile(
            conversation.contact_id, name=None, username="m2", picture_url="https://x.example/p", at=world.now + HOUR
        )
        assert contact is not None
        assert (contact.name, contact.username, contact.profile_at) == ("Maria", "m2", world.now + HOUR)
        assert contact.picture_url == "https://x.example/p"
        nobody = await store.inbox.set_profile("con_none", name="x", username=None, picture_url=None, at=world.now)
        assert nobody is None


class TestMessages:
    async def test_page_newest_first_and_stay_stable(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        texts = [f"m{number}" for number in range(5)]
        await world.change(conversation, messages=[world.message(conversation, text=text) for text in texts])
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(3):
            page = await store.inbox.messages(world.workspace_id, conversation.id, limit=2, cursor=cursor)
            seen += [message.text for message in page.data]
            cursor = page.next_cursor
            await world.queue(conversation, "newer")
        assert seen == ["m4", "m3", "m2", "m1", "m0"]
        assert cursor is None

    async def test_a_cursor_nobody_made_is_refused(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        with pytest.raises(BadRequest):
            await store.inbox.messages(world.workspace_id, conversation.id, limit=2, cursor="***")


class TestRuns:
    async def test_newest_first(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        runs = [world.run(conversation, started_at=world.now + HOUR * n) for n in range(3)]
        await world.change(conversation, runs=runs)
        found = await store.inbox.runs(world.workspace_id, conversation.id, 2)
        assert [run.id for run in found] == [runs[2].id, runs[1].id]


class TestNotes:
    async def test_are_read_newest_first(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        notes = [world.note(conversation, text=str(n), created_at=world.now + HOUR * n) for n in range(3)]
        for note in notes:
            await store.inbox.add_note(note)
        assert await store.inbox.notes(world.workspace_id, conversation.id, 9) == notes[::-1]
        assert await store.inbox.notes(world.workspace_id, conversation.id, 2) == [notes[2], notes[1]]
