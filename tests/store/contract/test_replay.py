"""What came in can be read again, with what flows sent for it."""

from __future__ import annotations

import dataclasses

from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import World, new_contact, new_conversation

DECISION = {"flow": None, "verdicts": [{"flowId": "f1"}], "followUps": [{"flow": "f2", "verdicts": []}]}
LEAN = {"flow": None, "followUps": [{"flow": "f2"}]}


async def _handle(world: World, *events: r.NewEvent, error: str | None = None) -> None:
    """Handle these events as messages of known or new people, deciding nothing."""
    assert await world.store.queue.ingest(events) == ["new"] * len(events)
    checkpoints = []
    for work in await world.claim():
        contact = work.contact or new_contact(work, world.now)
        conversation = work.conversation or new_conversation(work, contact, world.now)
        handled = [r.HandledEvent(event.id, decision=DECISION, error=error) for event in work.events]
        changes = {"contact": contact, "conversation": conversation, "handled": handled}
        checkpoints.append(world.handled(work, **changes))
    assert all(await world.store.queue.checkpoint(checkpoints))


async def _texts(world: World, *kinds: str, limit: int = 9) -> list[str]:
    found = await world.store.inbox.replay_events(world.workspace_id, kinds, limit)
    return [one.event.payload["text"] for one in found]


class TestReplayEvents:
    async def test_are_the_newest_oldest_first(self, world: World) -> None:
        for text in ("a", "b", "c", "d"):
            await _handle(world, world.event("maria", text=text), world.event("otto", text=text.upper()))
        assert await _texts(world, "message", limit=5) == ["B", "c", "C", "d", "D"]

    async def test_are_of_the_kinds_asked_for(self, world: World) -> None:
        events = [
            dataclasses.replace(world.event(text=kind), kind=kind) for kind in ("message", "read", "comment", "read")
        ]
        await _handle(world, *events)
        assert await _texts(world, "message", "comment") == ["message", "comment"]
        assert await _texts(world, "postback") == []
        assert await _texts(world) == []

    async def test_are_failed_ones_too_but_none_that_waits(self, world: World) -> None:
        await _handle(world, world.event(text="handled"))
        await _handle(world, world.event(text="failed"), error="a mistake of ours")
        await world.store.queue.ingest([world.event(text="pending")])
        assert await _texts(world, "message") == ["handled", "failed"]

    async def test_tell_whom_they_came_from_and_to(self, store: Store, world: World) -> None:
        other = await world.add_account()
        await _handle(world, world.event("maria", text="Hi"))
        await _handle(
            world, dataclasses.replace(world.event("", text="Nobody", account=other), igsid=None, kind="other")
        )
        thread = await store.inbox.thread_by_igsid(world.workspace_id, "maria", None)
        assert thread is not None
        tagged = dataclasses.replace(thread.contact, tags=["vip"], fields={"city": "Bonn"}, variables={"n": 1})
        await world.change(thread.conversation, contact=tagged, handled=[])
        found = (await store.inbox.replay_events(world.workspace_id, ["message"], 9))[0]
        stored = await store.inbox.event(world.workspace_id, found.event.id)
        assert stored is not None and stored.decision == DECISION
        assert found == r.ReplayEvent(
            dataclasses.replace(stored, decision=LEAN),
            thread.conversation.id,
            tagged,
            world.account.ig_user_id,
            world.account.username,
        )
        (account_event,) = await store.inbox.replay_events(world.workspace_id, ["other"], 9)
        assert account_event.ig_user_id == other.ig_user_id

    async def test_may_have_come_from_nobody_we_know(self, store: Store, world: World) -> None:
        await world.arrive("maria")
        work = (await world.claim())[0]
        assert await world.store_one(world.handled(work))
        (found,) = await store.inbox.replay_events(world.workspace_id, ["message"], 9)
        assert (found.conversation_id, found.contact) == (None, None)


class TestAnswers:
    async def test_are_what_flows_sent_for_each_event(self, store: Store, world: World) -> None:
        maria, otto = await world.meet("maria"), await world.meet("otto")
        (first,) = await store.inbox.events(world.workspace_id, maria.id, 1)
        (second,) = await store.inbox.events(world.workspace_id, otto.id, 1)
        world.clock.advance(60)
        one, two = (world.message(maria, "out", text=text, event_id=first.id) for text in ("one", "two"))
        world.clock.advance(60)
        late = world.message(maria, "out", text="late", event_id=first.id)
        other = world.message(otto, "out", event_id=second.id)
        await world.change(maria, messages=[one, two, late])
        await world.change(otto, messages=[other])
        found = await store.inbox.answers(world.workspace_id, [first.id, second.id, "evt_none"])
        assert found == {first.id: [one, two, late], second.id: [other]}
        assert await store.inbox.answers(world.workspace_id, [second.id]) == {second.id: [other]}
        assert await store.inbox.answers(world.workspace_id, []) == {}

    async def test_are_not_what_people_said(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        (event,) = await store.inbox.events(world.workspace_id, conversation.id, 1)
        messages = [
            world.message(conversation, event_id=event.id),
            world.message(conversation, "out", event_id=event.id, sender_kind="phone"),
            world.message(conversation, "out"),
        ]
        await world.change(conversation, messages=messages)
        assert await store.inbox.answers(world.workspace_id, [event.id]) == {}

    async def test_are_found_for_many_events_at_once(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        (event,) = await store.inbox.events(world.workspace_id, conversation.id, 1)
        message = world.message(conversation, "out", event_id=event.id)
        await world.change(conversation, messages=[message])
        many = [f"evt_{number}" for number in range(10_000)]
        assert await store.inbox.answers(world.workspace_id, [*many, event.id]) == {event.id: [message]}
