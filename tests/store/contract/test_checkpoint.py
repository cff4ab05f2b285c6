"""What handling changed is stored together, or not at all."""

from __future__ import annotations

import dataclasses
import datetime as dt

from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import World, new_contact, new_conversation

HOUR = dt.timedelta(hours=1)


class TestMessages:
    async def test_a_mid_already_stored_is_left_out(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        first = world.message(conversation, mid="mid-1")
        again = [world.message(conversation, mid="mid-1"), world.message(conversation, mid="mid-2")]
        assert await world.change(conversation, messages=[first])
        assert await world.change(conversation, messages=again)
        page = await store.inbox.messages(world.workspace_id, conversation.id, limit=9, cursor=None)
        assert {message.id for message in page.data} == {first.id, again[1].id}

    async def test_the_same_mid_twice_in_a_batch_is_stored_once(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        twice = [world.message(conversation, mid="mid-1") for _ in range(2)]
        assert await world.change(conversation, messages=twice, conversation=conversation)
        page = await store.inbox.messages(world.workspace_id, conversation.id, limit=9, cursor=None)
        assert [message.id for message in page.data] == [twice[0].id]
        assert (await world.thread(conversation)).unread_count == 1

    async def test_are_stored_whole(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        message = world.message(
            conversation,
            "out",
            text="Größe 😀",
            attachments=[{"type": "image", "url": "https://x.example/a.png"}],
            extras={"quickReplies": [{"id": "a", "title": "A"}]},
            run_id="run_1",
            not_before=world.now + HOUR,
        )
        assert await world.change(conversation, messages=[message])
        assert await store.inbox.message(world.workspace_id, message.id) == message

    async def test_lose_only_characters_that_cannot_be_stored(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        message = world.message(conversation, text="a\x00b")
        assert await world.change(conversation, messages=[message])
        stored = await store.inbox.message(world.workspace_id, message.id)
        assert stored is not None
        assert stored.text in {"ab", "a\x00b"}


class TestMessageChanges:
    async def test_an_echo_settles_a_message_being_sent(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.queue(conversation, "hi")
        send = (await world.claim_sends())[0]
        echo = r.MessageChange(send.message.id, status="sent", mid="mid-1")
        assert await world.change(conversation, message_changes=[echo])
        stored = await store.inbox.message(world.workspace_id, send.message.id)
        assert stored is not None
        assert (stored.status, stored.mid, stored.text) == ("sent", "mid-1", "hi")
        late = [r.SendResult(send.message.id, "sender", "unknown")]
        assert [message.status for message in await store.queue.settle_sends(late, world.now)] == ["sent"]

    async def test_an_echo_proves_an_unknown_message_sent_and_ends_its_error(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.queue(conversation, "hi")
        send = (await world.claim_sends())[0]
        lost = r.SendResult(send.message.id, "sender", "unknown", error_code="meta_1", error_text="Not certain.")
        assert [message.error_code for message in await store.queue.settle_sends([lost], world.now)] == ["meta_1"]
        echo = r.MessageChange(send.message.id, status="sent", mid="mid-1")
        assert await world.change(conversation, message_changes=[echo])
        stored = await store.inbox.message(world.workspace_id, send.message.id)
        assert stored is not None
        assert (stored.status, stored.error_code, stored.error_text) == ("sent", None, None)

    async def test_an_unsent_message_loses_its_text_and_attachments(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        message = world.message(conversation, attachments=[{"type": "image"}], mid="mid-1")
        await world.change(conversation, messages=[message])
        unsent = r.MessageChange(message.id, text="", drop_attachments=True)
        assert await world.change(conversation, message_changes=[unsent])
        stored = await store.inbox.message(world.workspace_id, message.id)
        assert stored == dataclasses.replace(message, text="", attachments=[])

    async def test_extras_become_those_given_and_stay_where_none_are(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        message = world.message(conversation, mid="mid-1")
        await world.change(conversation, messages=[message])
        for change in (r.MessageChange(message.id, extras={"edited": True}), r.MessageChange(message.id, text="new")):
            assert await world.change(conversation, message_changes=[change])
        stored = await store.inbox.message(world.workspace_id, message.id)
        assert stored == dataclasses.replace(message, text="new", extras={"edited": True})

    async def test_forgetting_empties_the_event_that_brought_it(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        (event,) = await world.arrive("maria")
        message = world.message(conversation, mid="mid-1", event_id=event.id)
        await world.change(conversation, messages=[message])
        assert await world.change(conversation, message_changes=[r.MessageChange(message.id, forget=True)])
        stored = await store.inbox.event(world.workspace_id, event.id)
        assert stored is not None and stored.payload == {"isUnsent": True}

    async def test_a_mid_of_another_message_stays_there(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        first, second = world.message(conversation, mid="mid-1"), world.message(conversation, "out")
        await world.change(conversation, messages=[first, second])
        assert await world.change(conversation, message_changes=[r.MessageChange(second.id, "sent", mid="mid-1")])
        stored = await store.inbox.message(world.workspace_id, second.id)
        assert stored is not None
        assert (stored.status, stored.mid) == ("sent", None)


class TestConversation:
    async def test_unread_grows_by_the_incoming_messages(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        arrived = [world.message(conversation) for _ in range(2)] + [world.message(conversation, "out")]
        assert await world.change(conversation, conversation=conversation, messages=arrived)
        assert (await world.thread(conversation)).unread_count == 2
        assert await store.inbox.total_unread(world.workspace_id) == 2

    async def test_a_new_one_counts_its_first_messages(self, world: World) -> None:
        await world.arrive("maria")
        work = (await world.claim())[0]
        contact = new_contact(work, world.now)
        conversation = new_conversation(work, contact, world.now)
        first = world.message(conversation)
        assert await world.store_one(world.handled(work, contact=contact, conversation=conversation, messages=[first]))
        assert (await world.thread(conversation)).unread_count == 1

    async def test_what_people_did_meanwhile_stays(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.change(conversation, conversation=conversation, messages=[world.message(conversation)])
        await world.arrive("maria")
        work = (await world.claim())[0]
        assert work.conversation is not None
        later = world.now + HOUR
        await store.inbox.mark_read(world.workspace_id, conversation.id)
        people = {"status": "done", "assignee_id": world.user.id, "paused_until": later}
        await store.inbox.patch_conversation(world.workspace_id, conversation.id, people)

        changed = dataclasses.replace(work.conversation, last_text="News", last_at=later, window_expires_at=later)
        assert await world.store_one(world.handled(work, conversation=changed, messages=[world.message(conversation)]))

        stored = await world.thread(conversation)
        assert (stored.status, stored.assignee_id, stored.paused_until) == ("done", world.user.id, later)
        assert (stored.last_text, stored.last_at, stored.window_expires_at) == ("News", later, later)
        assert stored.unread_count == 1

    async def test_a_longer_pause_wins_over_a_shorter(self, world: World) -> None:
        conversation = await world.meet()
        for hours, expected in ((2, 2), (1, 2), (3, 3)):
            paused = dataclasses.replace(conversation, paused_until=world.now + HOUR * hours)
            assert await world.change(conversation, conversation=paused)
            assert (await world.thread(conversation)).paused_until == world.now + HOUR * expected

    async def test_knows_when_automation_was_disclosed_and_the_latest_answer(self, world: World) -> None:
        conversation = await world.meet(answered_at=world.now + HOUR)
        changed = dataclasses.replace(conversation, answered_at=None, disclosed_at=world.now)
        assert await world.change(conversation, conversation=changed)
        stored = await world.thread(conversation)
        assert (stored.answered_at, stored.disclosed_at) == (world.now + HOUR, world.now)
        assert await world.change(conversation, conversation=dataclasses.replace(changed, disclosed_at=None))
        assert (await world.thread(conversation)).disclosed_at is None

    async def test_was_heard_at_the_latest_moment(self, world: World) -> None:
        conversation = await world.meet(heard_at=None)
        for hours, expected in ((2, 2), (1, 2), (None, 2), (3, 3)):
            at = None if hours is None else world.now + HOUR * hours
            assert await world.change(conversation, conversation=dataclasses.replace(conversation, heard_at=at))
            assert (await world.thread(conversation)).heard_at == world.now + HOUR * expected

    async def test_adds_to_when_flows_started(self, world: World) -> None:
        conversation = await world.meet(starts={"flow_1": "2026-01-01T10:00:00.000Z"})
        for starts in (
            {},
            {"flow_1": "2026-01-01T09:00:00.000Z", "flow_2": "2026-01-01T11:00:00.000Z"},
            {"flow_2": "2026-01-01T13:00:00+01:00"},
        ):
            assert await world.change(conversation, conversation=dataclasses.replace(conversation, starts=starts))
        assert (await world.thread(conversation)).starts == {
            "flow_1": "2026-01-01T10:00:00.000Z",
            "flow_2": "2026-01-01T13:00:00+01:00",
        }
        await world.arrive("maria")
        work = (await world.claim())[0]
        assert work.conversation == await world.thread(conversation)

    async def test_is_given_to_a_member(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        assert await world.change(conversation, assign="usr_1")
        assert (await world.thread(conversation)).assignee_id == "usr_1"
        changed = dataclasses.replace(conversation, last_text="News")
        assert await world.change(conversation, conversation=changed, assign="usr_2")
        stored = await world.thread(conversation)
        assert (stored.assignee_id, stored.last_text) == ("usr_2", "News")
        assert await world.change(conversation, conversation=conversation)
        assert (await world.thread(conversation)).assignee_id == "usr_2"

    async def test_a_new_one_may_be_given_at_once(self, world: World) -> None:
        await world.arrive("maria", "otto")
        work = {one.igsid: one for one in await world.claim()}
        contact = new_contact(work["maria"], world.now)
        conversation = new_conversation(work["maria"], contact, world.now)
        given = world.handled(work["maria"], contact=contact, conversation=conversation, assign="usr_1")
        assert await world.store_one(given)
        assert (await world.thread(conversation)).assignee_id == "usr_1"

    async def test_is_opened_again(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await store.inbox.patch_conversation(world.workspace_id, conversation.id, {"status": "done"})
        changed = dataclasses.replace(conversation, last_text="News")
        assert await world.change(conversation, conversation=changed, status="open")
        assert (await world.thread(conversation)).status == "open"


class TestNotes:
    async def test_are_stored_with_the_rest(self, store: Store, world: World) -> None:
        maria, otto = await world.meet("maria"), await world.meet("otto")
        note = world.note(maria, author_kind="flow", author_id="flow_1", run_id="run_1", text="Größe 😀")
        assert await world.change(maria, notes=[note])
        assert await store.inbox.notes(world.workspace_id, maria.id, 9) == [note]
        assert await store.inbox.notes(world.workspace_id, otto.id, 9) == []

    async def test_are_not_stored_without_the_lease(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.arrive("maria")
        work = (await world.claim())[0]
        late = world.handled(work, "somebody else", notes=[world.note(conversation)], assign="usr_1")
        assert not await world.store_one(late)
        assert await store.inbox.notes(world.workspace_id, conversation.id, 9) == []
        assert (await world.thread(conversation)).assignee_id is None


class TestContact:
    async def test_is_stored_whole(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        thread = await store.inbox.thread(world.workspace_id, conversation.id)
        assert thread is not None
        contact = dataclasses.replace(
            thread.contact, tags=["vip"], fields={"city": "Bonn"}, variables={"n": 1}, opted_out_at=world.now
        )
        assert await world.change(conversation, contact=contact)
        thread = await store.inbox.thread(world.workspace_id, conversation.id)
        assert thread is not None
        assert thread.contact == contact

    async def test_keeps_a_profile_fetched_meanwhile(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.arrive("maria")
        work = (await world.claim())[0]
        assert work.contact is not None
        await store.inbox.set_profile(work.contact.id, name="Maria", username="maria", picture_url=None, at=world.now)
        tagged = dataclasses.replace(work.contact, tags=["vip"])
        assert await world.store_one(world.handled(work, contact=tagged))
        thread = await store.inbox.thread(world.workspace_id, conversation.id)
        assert thread is not None
        assert (thread.contact.name, thread.contact.tags) == ("Maria", ["vip"])


class TestRuns:
    async def test_move_on_from_their_revision(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        run = world.run(conversation)
        assert await world.change(conversation, runs=[run])
        moved = dataclasses.replace(run, rev=1, state="completed", waiting_for=None, wake_at=None, trace=[{"node": 2}])
        assert await world.change(conversation, runs=[moved])
        assert await store.inbox.run(world.workspace_id, run.id) == moved
        assert await store.inbox.runs(world.workspace_id, conversation.id, 5) == [moved]

    async def test_another_revision_stores_nothing_of_its_lane(self, store: Store, world: World) -> None:
        maria, otto = await world.meet("maria"), await world.meet("otto")
        run = world.run(maria)
        await world.change(maria, runs=[run])
        await world.arrive("maria", "otto")
        work = {one.igsid: one for one in await world.claim()}
        skipped = dataclasses.replace(run, rev=2, state="failed")
        stored = await store.queue.checkpoint(
            [
                world.handled(work["maria"], runs=[skipped], messages=[world.message(maria)]),
                world.handled(work["otto"], messages=[world.message(otto)]),
            ]
        )
        assert stored == [False, True]
        assert await store.inbox.run(world.workspace_id, run.id) == run
        page = await store.inbox.messages(world.workspace_id, maria.id, limit=9, cursor=None)
        assert page.data == []
        assert [one.igsid for one in await world.claim()] == ["maria"], "released at once, to be read again"

    async def test_waiting_ones_come_with_their_lane(self, world: World) -> None:
        conversation = await world.meet()
        due = world.run(conversation, waiting_for="time", wake_at=world.now)
        waiting = world.run(conversation, wake_at=world.now + HOUR)
        ended = world.run(conversation, state="completed", waiting_for=None, wake_at=None)
        await world.change(conversation, runs=[due, waiting, ended])
        await world.arrive("maria")
        work = (await world.claim())[0]
        assert (work.due_runs, work.waiting_runs) == ([due], [waiting])

    async def test_due_ones_are_work_without_any_event(self, world: World) -> None:
        conversation = await world.meet()
        runs = [world.run(conversation, waiting_for=kind, wake_at=world.now) for kind in ("reply", "time", "profile")]
        await world.change(conversation, runs=runs)
        work = (await world.claim())[0]
        assert work.events == []
        assert {run.waiting_for for run in work.due_runs} == {"reply", "time", "profile"}
        assert work.conversation is not None

    async def test_sleeping_ones_are_no_work(self, world: World) -> None:
        conversation = await world.meet()
        await world.change(conversation, runs=[world.run(conversation), world.run(conversation, wake_at=None)])
        assert await world.claim() == []
        world.clock.advance(3600)
        assert len(await world.claim()) == 1


class TestOneBadLane:
    async def test_does_not_spoil_the_others(self, store: Store, world: World) -> None:
        maria, otto = await world.meet("maria"), await world.meet("otto")
        await world.arrive("maria", "otto")
        work = {one.igsid: one for one in await world.claim()}
        run = world.run(maria)
        stored = await store.queue.checkpoint(
            [
                world.handled(work["maria"], runs=[run, run], messages=[world.message(maria)]),
                world.handled(work["otto"], messages=[world.message(otto)]),
            ]
        )
        assert stored == [False, True]
        page = await store.inbox.messages(world.workspace_id, maria.id, limit=9, cursor=None)
        assert page.data == []
        assert await world.claim() == [], "not tried again before its lease runs out"

    async def test_that_cannot_be_written_as_json_is_one(self, store: Store, world: World) -> None:
        maria, otto = await world.meet("maria"), await world.meet("otto")
        await world.arrive("maria", "otto")
        work = {one.igsid: one for one in await world.claim()}
        bad = world.run(maria, data={"object": object()})
        stored = await store.queue.checkpoint(
            [world.handled(work["otto"], messages=[world.message(otto)]), world.handled(work["maria"], runs=[bad])]
        )
        assert stored == [True, False]


class TestCounts:
    async def test_add_up_by_day(self, store: Store, world: World) -> None:
        today = world.now.date()
        maria, otto = await world.meet("maria"), await world.meet("otto")
        await world.change(maria, counts={"messages_in": 2, "runs": 1})
        await world.change(otto, counts={"messages_in": 1})
        await store.activity.add(world.workspace_id, today, {"messages_in": 4})
        world.clock.advance(86_400)
        await world.change(otto, counts={"messages_in": 7})
        tomorrow = today + dt.timedelta(days=1)
        assert await store.activity.daily(world.workspace_id, today, tomorrow) == {
            today: {"messages_in": 7, "runs": 1},
            tomorrow: {"messages_in": 7},
        }
        assert await store.activity.daily(world.workspace_id, tomorrow, tomorrow) == {tomorrow: {"messages_in": 7}}
