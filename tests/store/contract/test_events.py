"""Events come in and are claimed by lane."""

from __future__ import annotations

import dataclasses
import datetime as dt

from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import LEASE, World

SECOND = dt.timedelta(seconds=1)


class TestIngest:
    async def test_tells_duplicates_apart_within_a_batch_and_across(self, store: Store, world: World) -> None:
        first = [world.event(key="a"), world.event(key="b"), world.event(key="a")]
        assert await store.queue.ingest(first) == ["new", "new", "duplicate"]
        second = [world.event(key="c"), world.event(key="b")]
        assert await store.queue.ingest(second) == ["new", "duplicate"]
        assert [event.natural_key for event in (await world.claim())[0].events] == ["a", "b", "c"]

    async def test_the_same_key_of_two_accounts_is_two_events(self, store: Store, world: World) -> None:
        other = await world.add_account()
        events = [world.event(key="a"), world.event(key="a", account=other)]
        assert await store.queue.ingest(events) == ["new", "new"]

    async def test_stores_nothing_of_an_account_that_is_not_connected(self, store: Store, world: World) -> None:
        stranger = dataclasses.replace(world.event(), ig_user_id="nobody")
        await store.accounts.set_state(world.account.id, "disconnected", None)
        assert await store.queue.ingest([stranger, world.event()]) == ["unknown_account", "unknown_account"]
        assert await world.claim() == []

    async def test_mixes_answers_in_order(self, store: Store, world: World) -> None:
        stranger = dataclasses.replace(world.event(), ig_user_id="nobody")
        events = [stranger, world.event(key="a"), stranger, world.event(key="a"), world.event(key="b")]
        assert await store.queue.ingest(events) == ["unknown_account", "new", "unknown_account", "duplicate", "new"]

    async def test_takes_events_of_our_own_making(self, store: Store, world: World) -> None:
        """The lane is that of the contact, known or not."""
        conversation = await world.meet("maria")
        kinds = ("api", "schedule", "contact_changed")
        events = [dataclasses.replace(world.event("maria", flow="flow_1"), kind=kind) for kind in kinds]
        assert await store.queue.ingest(events) == ["new"] * 3
        work = (await world.claim())[0]
        assert work.lane == conversation.lane
        assert [(event.kind, event.payload) for event in work.events] == [(kind, {"flow": "flow_1"}) for kind in kinds]

    async def test_of_nothing_is_nothing(self, store: Store) -> None:
        assert await store.queue.ingest([]) == []

    async def test_keeps_any_text(self, store: Store, world: World) -> None:
        payload = {"text": "\x00 \U0001f600 ' \" \\ % _ \u202e", "nested": {"list": [1, None, True, 1.5]}}
        await store.queue.ingest([world.event("maria", "nul\x00key", **payload)])
        assert (await world.claim())[0].events[0].payload == payload


class TestClaim:
    async def test_gives_the_events_of_a_lane_in_order(self, store: Store, world: World) -> None:
        events = await world.arrive("maria", "otto", "maria", "maria")
        work = {one.igsid: one for one in await world.claim()}
        assert [event.id for event in work["maria"].events] == [events[0].id, events[2].id, events[3].id]
        assert [event.id for event in work["otto"].events] == [events[1].id]
        stored = work["maria"].events[0]
        assert stored.lane == work["maria"].lane == f"{world.account.id}:maria"
        assert (stored.state, stored.attempts, stored.workspace_id) == ("pending", 0, world.workspace_id)
        assert (stored.at, stored.received_at) == (world.now, world.now)
        assert work["maria"].account == world.account

    async def test_gives_a_new_lane_without_contact_or_conversation(self, world: World) -> None:
        await world.arrive("maria")
        work = (await world.claim())[0]
        assert (work.contact, work.conversation, work.due_runs, work.waiting_runs) == (None, None, [], [])
        assert (work.known_mids, work.open_sends) == ({}, [])

    async def test_gives_a_known_lane_with_them(self, world: World) -> None:
        conversation = await world.meet("maria")
        await world.arrive("maria")
        work = (await world.claim())[0]
        assert work.conversation == conversation
        assert work.contact is not None
        assert work.contact.id == conversation.contact_id

    async def test_gives_an_event_without_a_person_a_lane_of_its_account(self, store: Store, world: World) -> None:
        await store.queue.ingest([dataclasses.replace(world.event(), igsid=None)])
        work = (await world.claim())[0]
        assert (work.lane, work.igsid) == (f"{world.account.id}:", "")

    async def test_at_most_twenty_events_of_a_lane(self, world: World) -> None:
        events = await world.arrive(*["maria"] * 25)
        work = (await world.claim())[0]
        assert [event.id for event in work.events] == [event.id for event in events[:20]]
        assert await world.store_one(world.handled(work))
        assert [event.id for event in (await world.claim())[0].events] == [event.id for event in events[20:]]

    async def test_at_most_limit_lanes_the_oldest_first(self, world: World) -> None:
        await world.arrive("a", "b", "c", "a")
        assert [one.igsid for one in await world.claim(limit=2)] == ["a", "b"]
        assert [one.igsid for one in await world.claim("second", limit=2)] == ["c"]

    async def test_of_nothing_is_nothing(self, world: World) -> None:
        assert await world.claim() == []


class TestFairness:
    async def test_a_storm_of_one_account_does_not_hold_up_another(self, world: World) -> None:
        other = await world.add_account()
        await world.arrive(*[f"storm{i}" for i in range(40)])
        await world.arrive("calm", account=other)
        claimed = [one.igsid for one in await world.claim(limit=8)]
        assert len(claimed) == 8
        assert "calm" in claimed

    async def test_what_one_account_leaves_another_may_use(self, world: World) -> None:
        other = await world.add_account()
        await world.arrive("calm", account=other)
        await world.arrive(*[f"storm{i}" for i in range(40)])
        assert len(await world.claim(limit=16)) == 16

    async def test_more_accounts_than_places_go_by_age(self, world: World) -> None:
        accounts = [await world.add_account() for _ in range(6)]
        for number, account in enumerate(accounts):
            await world.arrive(f"p{number}", f"q{number}", account=account)
        assert [one.igsid for one in await world.claim(limit=4)] == ["p0", "p1", "p2", "p3"]

    async def test_a_storm_of_one_person_takes_one_place(self, world: World) -> None:
        await world.arrive(*["storm"] * 30, "calm")
        assert [one.igsid for one in await world.claim(limit=2)] == ["storm", "calm"]

    async def test_due_runs_get_their_turn_in_a_storm(self, world: World) -> None:
        conversation = await world.meet("sleeper")
        assert await world.change(conversation, runs=[world.run(conversation, waiting_for="time", wake_at=world.now)])
        await world.arrive(*[f"storm{i}" for i in range(40)])
        assert "sleeper" in [one.igsid for one in await world.claim(limit=4)]


class TestLease:
    async def test_keeps_others_out_even_the_same_owner(self, world: World) -> None:
        await world.arrive("maria")
        assert len(await world.claim("one")) == 1
        assert await world.claim("two") == []
        assert await world.claim("one") == []

    async def test_new_events_of_a_leased_lane_wait(self, world: World) -> None:
        await world.arrive("maria")
        work = (await world.claim("one"))[0]
        await world.arrive("maria")
        assert await world.claim("two") == []
        assert await world.store_one(world.handled(work, "one"))
        assert len((await world.claim("two"))[0].events) == 1

    async def test_runs_out(self, world: World) -> None:
        await world.arrive("maria")
        assert len(await world.claim("one")) == 1
        world.clock.advance(LEASE.total_seconds())
        assert len(await world.claim("two")) == 1

    async def test_the_first_owner_is_fenced_off_once_another_has_the_lane(self, store: Store, world: World) -> None:
        await world.arrive("maria")
        late = (await world.claim("one"))[0]
        world.clock.advance(LEASE.total_seconds())
        current = (await world.claim("two"))[0]
        assert not await world.store_one(world.handled(late, "one", counts={"messages_in": 1}))
        assert await world.store_one(world.handled(current, "two", counts={"messages_in": 1}))
        today = world.now.date()
        assert (await store.activity.daily(world.workspace_id, today, today))[today] == {"messages_in": 1}

    async def test_a_late_owner_may_finish_when_nobody_took_over(self, world: World) -> None:
        await world.arrive("maria")
        work = (await world.claim())[0]
        world.clock.advance(LEASE.total_seconds() * 2)
        assert await world.store_one(world.handled(work))

    async def test_of_other_lanes_in_the_batch_is_not_affected(self, store: Store, world: World) -> None:
        await world.arrive("maria", "otto")
        maria, otto = sorted(await world.claim(), key=lambda one: one.igsid)
        stored = await store.queue.checkpoint([world.handled(maria, "thief"), world.handled(otto)])
        assert stored == [False, True]


class TestHandledEvents:
    async def test_are_not_claimed_again_and_say_how_they_ended(self, store: Store, world: World) -> None:
        conversation = await world.meet("maria")
        events = await world.arrive("maria", "maria")
        work = (await world.claim())[0]
        ends = [
            r.HandledEvent(work.events[0].id, decision={"chosen": "flow_1"}),
            r.HandledEvent(work.events[1].id, error="the flow is broken"),
        ]
        assert await world.store_one(world.handled(work, handled=ends))
        assert await world.claim() == []
        good = await store.inbox.event(world.workspace_id, events[0].id)
        bad = await store.inbox.event(world.workspace_id, events[1].id)
        assert good is not None
        assert bad is not None
        assert (good.state, good.decision, good.handled_at) == ("handled", {"chosen": "flow_1"}, world.now)
        assert (bad.state, bad.error, bad.attempts) == ("failed", "the flow is broken", 1)
        newest_first = await store.inbox.events(world.workspace_id, conversation.id, 2)
        assert [event.id for event in newest_first] == [events[1].id, events[0].id]

    async def test_to_be_tried_again_hold_up_their_lane_until_then(self, world: World) -> None:
        await world.arrive("maria", "maria")
        work = (await world.claim())[0]
        retry = r.HandledEvent(work.events[0].id, error="try again", retry_at=world.now + SECOND)
        assert await world.store_one(world.handled(work, handled=[retry]))
        assert await world.claim() == []
        world.clock.advance(1)
        again = (await world.claim())[0]
        assert [event.id for event in again.events] == [event.id for event in work.events]
        assert [event.attempts for event in again.events] == [1, 0]

    async def test_what_was_not_handled_comes_again(self, world: World) -> None:
        await world.arrive("maria", "maria")
        work = (await world.claim())[0]
        assert await world.store_one(world.handled(work, handled=[r.HandledEvent(work.events[0].id)]))
        assert [event.id for event in (await world.claim())[0].events] == [work.events[1].id]


class TestKnownMids:
    async def test_name_the_message_an_event_is_about(self, store: Store, world: World) -> None:
        conversation = await world.meet("maria")
        message = world.message(conversation, mid="mid-1")
        assert await world.change(conversation, messages=[message])
        await store.queue.ingest([world.event("maria", mid="mid-1"), world.event("maria", mid="mid-2")])
        assert (await world.claim())[0].known_mids == {"mid-1": message}

    async def test_are_those_of_the_account(self, store: Store, world: World) -> None:
        conversation = await world.meet("maria")
        assert await world.change(conversation, messages=[world.message(conversation, mid="mid-1")])
        other = await world.add_account()
        await store.queue.ingest([world.event("maria", mid="mid-1", account=other)])
        assert (await world.claim())[0].known_mids == {}

    async def test_odd_values_are_nothing_known(self, store: Store, world: World) -> None:
        await store.queue.ingest([world.event("maria", mid={"a": 1}), world.event("maria", mid="")])
        assert (await world.claim())[0].known_mids == {}


class TestOpenSends:
    async def test_are_those_whose_end_is_not_known(self, store: Store, world: World) -> None:
        conversation = await world.meet("maria")
        await world.queue(conversation, "gone", "lost", "now", "later")
        for end in ("sent", "unknown"):
            send = (await world.claim_sends())[0]
            await store.queue.settle_sends([r.SendResult(send.message.id, "sender", end)], world.now)
        await world.claim_sends()
        await world.arrive("maria")
        sends = (await world.claim())[0].open_sends
        assert [(send.status, send.text) for send in sends] == [("unknown", "lost"), ("sending", "now")]


class TestNextDue:
    async def test_is_nothing_when_nothing_waits(self, store: Store, world: World) -> None:
        assert await store.queue.next_due(world.now) is None

    async def test_is_now_or_earlier_for_a_pending_event(self, store: Store, world: World) -> None:
        await world.arrive("maria")
        due = await store.queue.next_due(world.now)
        assert due is not None
        assert due <= world.now

    async def test_is_the_end_of_the_lease_while_somebody_handles_the_lane(self, store: Store, world: World) -> None:
        await world.arrive("maria")
        await world.claim()
        assert await store.queue.next_due(world.now) == world.now + LEASE

    async def test_is_the_moment_of_a_retry(self, store: Store, world: World) -> None:
        await world.arrive("maria")
        work = (await world.claim())[0]
        retry = r.HandledEvent(work.events[0].id, error="again", retry_at=world.now + SECOND)
        await world.store_one(world.handled(work, handled=[retry]))
        assert await store.queue.next_due(world.now) == world.now + SECOND

    async def test_is_the_earliest_waking_of_a_run(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        runs = [world.run(conversation, wake_at=world.now + SECOND * n) for n in (9, 5, 7)]
        await world.change(conversation, runs=runs)
        assert await store.queue.next_due(world.now) == world.now + SECOND * 5

    async def test_is_now_for_a_queued_message_then_the_end_of_its_claim(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.queue(conversation, "hi")
        assert await store.queue.next_due(world.now) == world.now
        await world.claim_sends()
        assert await store.queue.next_due(world.now) == world.now + LEASE

    async def test_is_when_a_message_may_be_sent(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.queue(conversation, "hi", not_before=world.now + SECOND * 60)
        assert await store.queue.next_due(world.now) == world.now + SECOND * 59


class TestBacklog:
    async def test_counts_what_waits(self, store: Store, world: World) -> None:
        assert await store.queue.backlog() == {"events_pending": 0, "sends_queued": 0, "runs_waiting": 0}
        conversation = await world.meet()
        await world.change(conversation, runs=[world.run(conversation)])
        await world.queue(conversation, "one", "two")
        await world.arrive("a", "b", "c")
        assert await store.queue.backlog() == {"events_pending": 3, "sends_queued": 2, "runs_waiting": 1}
