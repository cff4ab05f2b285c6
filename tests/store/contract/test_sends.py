"""The outbox: claimed before the call, settled after."""

from __future__ import annotations

import dataclasses
import datetime as dt

from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import LEASE, World

SECOND = dt.timedelta(seconds=1)


def _texts(sends: list[r.Send]) -> list[str]:
    return [send.message.text for send in sends]


class TestClaim:
    async def test_tells_when_the_contact_opted_out(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        thread = await store.inbox.thread(world.workspace_id, conversation.id)
        assert thread is not None
        await world.queue(conversation, "one")
        assert await world.change(conversation, contact=dataclasses.replace(thread.contact, opted_out_at=world.now))
        [send] = await world.claim_sends()
        assert send.opted_out_at == world.now

    async def test_marks_the_message_and_gives_all_its_call_needs(self, store: Store, world: World) -> None:
        conversation = await world.meet("maria")
        (queued,) = await world.queue(conversation, "hi")
        (send,) = await world.claim_sends()
        assert send.message == dataclasses.replace(queued, status="sending", attempts=1)
        assert (send.account, send.igsid, send.conversation.id) == (world.account, "maria", conversation.id)
        assert await store.inbox.message(world.workspace_id, queued.id) == send.message

    async def test_sends_one_of_a_conversation_at_a_time_in_order(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.queue(conversation, "one", "two", "three")
        for text in ("one", "two", "three"):
            (send,) = await world.claim_sends()
            assert send.message.text == text
            assert await world.claim_sends("other") == []
            await store.queue.settle_sends([r.SendResult(send.message.id, "sender", "sent")], world.now)
        assert await world.claim_sends() == []

    async def test_messages_of_one_moment_go_in_the_order_they_were_made(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        messages = [world.message(conversation, "out", text=text) for text in ("one", "two", "three")]
        await world.change(conversation, messages=messages)
        for text in ("one", "two", "three"):
            (send,) = await world.claim_sends()
            assert send.message.text == text
            await store.queue.settle_sends([r.SendResult(send.message.id, "sender", "sent")], world.now)

    async def test_a_message_that_waits_holds_up_its_conversation(self, world: World) -> None:
        conversation = await world.meet()
        await world.queue(conversation, "later", not_before=world.now + SECOND * 60)
        await world.queue(conversation, "after")
        assert await world.claim_sends() == []
        world.clock.advance(60)
        assert _texts(await world.claim_sends()) == ["later"]

    async def test_leaves_out_excluded_and_unusable_accounts(self, store: Store, world: World) -> None:
        second, third = await world.add_account(), await world.add_account()
        for account in (world.account, second, third):
            await world.queue(await world.meet("maria", account), account.id)
        await store.accounts.set_state(third.id, "reauth_needed", None)
        assert _texts(await world.claim_sends(excluded=[world.account.id])) == [second.id]
        await store.accounts.set_state(third.id, "expiring", None)
        assert sorted(_texts(await world.claim_sends())) == sorted([world.account.id, third.id])

    async def test_at_most_per_account_of_each(self, world: World) -> None:
        other = await world.add_account()
        for name in "abcd":
            await world.queue(await world.meet(name), name)
        await world.queue(await world.meet("x", other), "x")
        assert sorted(_texts(await world.claim_sends(per_account=2))) == ["a", "b", "x"]

    async def test_a_storm_of_one_account_does_not_hold_up_another(self, world: World) -> None:
        other = await world.add_account()
        for number in range(8):
            await world.queue(await world.meet(f"storm{number}"), "storm")
        await world.queue(await world.meet("calm", other), "calm")
        texts = _texts(await world.claim_sends(limit=3))
        assert len(texts) == 3
        assert "calm" in texts


class TestSettle:
    async def test_stores_how_it_ended(self, store: Store, world: World) -> None:
        maria, otto = await world.meet("maria"), await world.meet("otto")
        await world.queue(maria, "hi")
        await world.queue(otto, "ho")
        sends = {send.igsid: send.message.id for send in await world.claim_sends()}
        results = [
            r.SendResult(sends["maria"], "sender", "sent", mid="mid-1"),
            r.SendResult(sends["otto"], "sender", "rejected", error_code="blocked", error_text="They blocked you."),
        ]
        settled = await store.queue.settle_sends(results, world.now)
        assert [(one.id, one.status, one.mid, one.error_code, one.error_text) for one in settled] == [
            (sends["maria"], "sent", "mid-1", None, None),
            (sends["otto"], "rejected", None, "blocked", "They blocked you."),
        ]

    async def test_a_provably_unsent_message_goes_back_in_its_place(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.queue(conversation, "one", "two")
        (send,) = await world.claim_sends()
        again = r.SendResult(send.message.id, "sender", "queued", not_before=world.now + SECOND)
        await store.queue.settle_sends([again], world.now)
        assert await world.claim_sends() == []
        world.clock.advance(1)
        (send,) = await world.claim_sends()
        assert (send.message.text, send.message.attempts) == ("one", 2)

    async def test_only_its_owner_may(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.queue(conversation, "hi")
        (send,) = await world.claim_sends()
        settled = await store.queue.settle_sends([r.SendResult(send.message.id, "thief", "rejected")], world.now)
        assert [message.status for message in settled] == ["sending"]

    async def test_leaves_the_mid_to_an_echo_that_came_first(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.queue(conversation, "hi")
        (send,) = await world.claim_sends()
        echo = world.message(conversation, "out", mid="mid-1", status="sent", sender_kind="phone")
        await world.change(conversation, messages=[echo])
        settled = await store.queue.settle_sends(
            [r.SendResult(send.message.id, "sender", "sent", mid="mid-1")], world.now
        )
        assert [(message.status, message.mid) for message in settled] == [("sent", None)]

    async def test_of_nothing_is_nothing(self, store: Store, world: World) -> None:
        assert await store.queue.settle_sends([], world.now) == []


class TestExpire:
    async def test_turns_what_nobody_settled_into_unknown(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.queue(conversation, "one", "two")
        (send,) = await world.claim_sends()
        assert await store.queue.expire_sends(world.now, 10) == []
        world.clock.advance(LEASE.total_seconds())
        assert [(one.id, one.status) for one in await store.queue.expire_sends(world.now, 10)] == [
            (send.message.id, "unknown")
        ]
        late = await store.queue.settle_sends([r.SendResult(send.message.id, "sender", "sent")], world.now)
        assert [message.status for message in late] == ["unknown"]

    async def test_never_sends_it_again_but_the_next_goes(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        await world.queue(conversation, "one", "two")
        await world.claim_sends()
        world.clock.advance(LEASE.total_seconds())
        await store.queue.expire_sends(world.now, 10)
        assert _texts(await world.claim_sends()) == ["two"]

    async def test_at_most_limit(self, store: Store, world: World) -> None:
        for name in "abc":
            await world.queue(await world.meet(name), name)
        await world.claim_sends()
        world.clock.advance(LEASE.total_seconds())
        assert len(await store.queue.expire_sends(world.now, 2)) == 2
        assert len(await store.queue.expire_sends(world.now, 2)) == 1


class TestEnqueue:
    async def test_moves_the_conversation(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        world.clock.advance(5)
        message = world.message(conversation, "out", text="hi", source="web", sender_kind="member")
        until = world.now + SECOND * 60
        assert await store.inbox.enqueue(message, r.TakeOver(until, "code: Why.")) == r.Enqueued(message)
        stored = await world.thread(conversation)
        assert (stored.last_text, stored.last_at, stored.last_direction) == ("hi", world.now, "out")
        assert (stored.paused_until, stored.answered_at) == (until, world.now)

    async def test_that_takes_over_cancels_the_runs_that_wait_and_keeps_the_note(
        self, store: Store, world: World
    ) -> None:
        mine, theirs = await world.meet(), await world.meet("ben")
        waiting, over = world.run(mine), world.run(mine, state="completed", waiting_for=None)
        assert await world.change(mine, runs=[waiting, over])
        other = world.run(theirs)
        assert await world.change(theirs, runs=[other])
        world.clock.advance(5)
        note = world.note(mine)
        take_over = r.TakeOver(world.now + SECOND, "taken_over: Ann answered.", note)

        queued = await store.inbox.enqueue(world.message(mine, "out"), take_over)

        (cancelled,) = queued.cancelled
        assert (cancelled.id, cancelled.state, cancelled.error) == (
            waiting.id,
            "cancelled",
            "taken_over: Ann answered.",
        )
        assert (cancelled.waiting_for, cancelled.wake_at, cancelled.rev) == (None, None, waiting.rev + 1)
        assert await store.inbox.run(world.workspace_id, waiting.id) == cancelled
        assert await store.inbox.run(world.workspace_id, over.id) == over
        assert await store.inbox.run(world.workspace_id, other.id) == other
        assert await store.inbox.notes(world.workspace_id, mine.id, 9) == [note]

    async def test_a_handling_under_way_cannot_revive_a_run_that_was_taken_over(
        self, store: Store, world: World
    ) -> None:
        conversation = await world.meet()
        run = world.run(conversation)
        assert await world.change(conversation, runs=[run])
        await world.arrive("maria")
        [work] = await world.claim()
        await store.inbox.enqueue(world.message(conversation, "out"), r.TakeOver(world.now, "taken_over: Why."))
        moved = dataclasses.replace(run, rev=run.rev + 1)
        assert not await world.store_one(world.handled(work, runs=[moved]))
        stored = await store.inbox.run(world.workspace_id, run.id)
        assert stored is not None
        assert stored.state == "cancelled"

    async def test_without_a_pause_leaves_the_pause(self, store: Store, world: World) -> None:
        until = world.now + SECOND * 60
        conversation = await world.meet(paused_until=until)
        await store.inbox.enqueue(world.message(conversation, "out"), None)
        assert (await world.thread(conversation)).paused_until == until

    async def test_with_a_used_key_gives_what_was_stored_then(self, store: Store, world: World, another) -> None:
        conversation = await world.meet()
        first = world.message(conversation, "out", text="once", idempotency_key="k")
        again = world.message(conversation, "out", text="twice", idempotency_key="k")
        assert await store.inbox.enqueue(first, None) == r.Enqueued(first)
        assert await store.inbox.enqueue(again, r.TakeOver(world.now, "code: Why.")) == r.Enqueued(first)
        stored = await world.thread(conversation)
        assert (stored.last_text, stored.paused_until) == ("once", None)

        other = await another()
        theirs = other.message(await other.meet(), "out", idempotency_key="k")
        assert await store.inbox.enqueue(theirs, None) == r.Enqueued(theirs)


class TestWaiting:
    async def test_counts_what_is_due_up_to_the_limit(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        assert await store.queue.waiting(world.workspace_id, world.now, 10) == 0
        await world.queue(conversation, "one", "two", "three")
        await world.arrive("maria", "ben")
        assert await store.queue.waiting(world.workspace_id, world.now, 10) == 5
        assert await store.queue.waiting(world.workspace_id, world.now, 1) == 2
        assert await store.queue.waiting("another", world.now, 10) == 0

    async def test_leaves_out_accounts_that_cannot_send(self, store: Store, world: World) -> None:
        await world.queue(await world.meet(), "one")
        await store.accounts.set_state(world.account.id, "reauth_needed", "why")
        assert await store.queue.waiting(world.workspace_id, world.now, 10) == 0
