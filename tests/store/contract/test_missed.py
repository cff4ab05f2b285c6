"""What webhooks missed: accounts are checked in turn, and sends that nobody knows of are looked for."""

from __future__ import annotations

import dataclasses
import datetime as dt

from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import LEASE, World

MINUTE = dt.timedelta(minutes=1)


async def switch(store: Store, account: r.Account, *, on: bool) -> r.Account:
    changed = await store.accounts.set_rules(account.workspace_id, account.id, {"reconcile": True} if on else {})
    assert changed is not None
    return changed


class TestReconciles:
    async def test_are_due_at_once_when_switched_on(self, store: Store, world: World) -> None:
        assert await store.accounts.claim_reconciles(world.now, world.now + MINUTE, 5) == []
        assert (await switch(store, world.account, on=True)).reconcile_at == world.now
        (claimed,) = await store.accounts.claim_reconciles(world.now, world.now + MINUTE, 5)
        assert (claimed.id, claimed.reconcile_at) == (world.account.id, world.now + MINUTE)

    async def test_are_claimed_by_one_until_it_is_overdue(self, store: Store, other_store: Store, world: World) -> None:
        await switch(store, world.account, on=True)
        assert len(await store.accounts.claim_reconciles(world.now, world.now + MINUTE, 5)) == 1
        assert await other_store.accounts.claim_reconciles(world.now, world.now + MINUTE, 5) == []
        world.clock.advance(60)
        assert len(await other_store.accounts.claim_reconciles(world.now, world.now + MINUTE, 5)) == 1

    async def test_leave_out_accounts_that_cannot_be_read(self, store: Store, world: World) -> None:
        await switch(store, world.account, on=True)
        for state, is_read in (("reauth_needed", 0), ("restricted", 0), ("expiring", 1), ("ok", 1)):
            await store.accounts.set_state(world.account.id, state, None)
            assert len(await store.accounts.claim_reconciles(world.now, world.now, 5)) == is_read

    async def test_remember_how_far_they_came(self, store: Store, world: World) -> None:
        await switch(store, world.account, on=True)
        later, before = world.now + MINUTE, world.now - MINUTE
        await store.accounts.settle_reconcile(
            world.account.id, reconcile_at=later, reconciled_to=before, found_at=world.now
        )
        await store.accounts.settle_reconcile(world.account.id, reconcile_at=later, reconciled_to=None, found_at=None)
        account = await switch(store, world.account, on=True)
        assert (account.reconcile_at, account.reconciled_to, account.found_at) == (later, before, world.now)

    async def test_stay_switched_off(self, store: Store, world: World) -> None:
        await switch(store, world.account, on=True)
        assert (await switch(store, world.account, on=False)).reconcile_at is None
        await store.accounts.settle_reconcile(
            world.account.id, reconcile_at=world.now, reconciled_to=world.now, found_at=None
        )
        assert await store.accounts.claim_reconciles(world.now, world.now, 5) == []

    async def test_go_on_after_connecting_again(self, store: Store, world: World) -> None:
        await switch(store, world.account, on=True)
        await store.accounts.settle_reconcile(
            world.account.id, reconcile_at=world.now, reconciled_to=world.now, found_at=world.now
        )
        renewed = await store.accounts.connect(dataclasses.replace(world.account, sealed_token="new"))
        assert renewed is not None
        assert (renewed.reconcile_at, renewed.reconciled_to, renewed.found_at) == (world.now, world.now, world.now)


class TestUnknown:
    async def unknown(self, store: Store, world: World, igsid: str = "maria", text: str = "hi") -> r.Message:
        """A message whose call began now, and of which a minute later nobody knows more."""
        await world.queue(await world.meet(igsid), text)
        (send,) = await world.claim_sends()
        result = r.SendResult(send.message.id, "sender", "unknown", error_code="outcome_unknown", look_at=world.now)
        (stored,) = await store.queue.settle_sends([result], world.now)
        return stored

    async def test_is_claimed_when_it_is_due_and_then_put_off(self, store: Store, world: World) -> None:
        message = await self.unknown(store, world)
        (claimed,) = await store.queue.claim_unknown(world.now, world.now + MINUTE, 5)
        assert claimed == r.UnknownSend(message, world.account, "maria", world.now)
        assert await store.queue.claim_unknown(world.now, world.now + MINUTE, 5) == []
        world.clock.advance(60)
        assert len(await store.queue.claim_unknown(world.now, world.now + MINUTE, 5)) == 1

    async def test_of_a_dead_process_is_due_at_once(self, store: Store, world: World) -> None:
        await world.queue(await world.meet(), "hi")
        (send,) = await world.claim_sends()
        began = world.now
        world.clock.advance(LEASE.total_seconds())
        assert await store.queue.claim_unknown(world.now, world.now + MINUTE, 5) == []
        await store.queue.expire_sends(world.now, 10)
        (claimed,) = await store.queue.claim_unknown(world.now, world.now + MINUTE, 5)
        assert (claimed.message.id, claimed.tried_at) == (send.message.id, began)

    async def test_becomes_sent_once_it_is_found(self, store: Store, world: World) -> None:
        message = await self.unknown(store, world)
        settled = await store.queue.settle_unknown(message.id, "mid-1")
        assert settled == dataclasses.replace(message, status="sent", mid="mid-1", error_code=None, error_text=None)
        assert await store.queue.claim_unknown(world.now, world.now + MINUTE, 5) == []
        assert await store.queue.settle_unknown(message.id, "mid-2") is None

    async def test_takes_no_mid_of_another_message(self, store: Store, world: World) -> None:
        conversation = await world.meet("otto")
        echo = world.message(conversation, "out", mid="mid-1", status="sent", sender_kind="phone")
        await world.change(conversation, messages=[echo])
        message = await self.unknown(store, world)
        assert await store.queue.settle_unknown(message.id, "mid-1") is None
        assert len(await store.queue.claim_unknown(world.now, world.now + MINUTE, 5)) == 1

    async def test_is_looked_for_later_or_no_more(self, store: Store, world: World) -> None:
        message = await self.unknown(store, world)
        await store.queue.look_later(message.id, world.now + MINUTE)
        assert await store.queue.claim_unknown(world.now, world.now + MINUTE, 5) == []
        world.clock.advance(60)
        assert len(await store.queue.claim_unknown(world.now, world.now, 5)) == 1
        await store.queue.look_later(message.id, None)
        assert await store.queue.claim_unknown(world.now, world.now, 5) == []
        assert (await store.inbox.message(world.workspace_id, message.id)) == message

    async def test_is_not_looked_for_after_its_echo(self, store: Store, world: World) -> None:
        message = await self.unknown(store, world)
        thread = await store.inbox.thread(world.workspace_id, message.conversation_id)
        assert thread is not None
        await world.change(thread.conversation, message_changes=[r.MessageChange(message.id, "sent", mid="mid-1")])
        assert await store.queue.claim_unknown(world.now, world.now, 5) == []

    async def test_tells_when_it_was_tried_to_whoever_handles_the_lane(self, store: Store, world: World) -> None:
        message, began = await self.unknown(store, world), world.now
        world.clock.advance(5)
        await world.arrive("maria")
        (work,) = await world.claim()
        assert work.open_sends == [r.OpenSend(message.id, "unknown", "hi", began)]


class TestKnownMids:
    async def test_are_those_of_the_account(self, store: Store, world: World) -> None:
        other = await world.add_account()
        for account, mid in ((world.account, "mid-1"), (other, "mid-2")):
            await world.queue(await world.meet(mid, account), "hi")
            (send,) = await world.claim_sends()
            await store.queue.settle_sends([r.SendResult(send.message.id, "sender", "sent", mid=mid)], world.now)
        assert await store.queue.known_mids(world.account.id, ["mid-1", "mid-2", "mid-3"]) == {"mid-1"}
        assert await store.queue.known_mids(world.account.id, []) == set()


class TestResend:
    async def rejected(self, store: Store, world: World, status: str = "rejected", igsid: str = "maria") -> r.Message:
        await world.queue(await world.meet(igsid), "hi", extras={"quickReplies": []})
        (send,) = await world.claim_sends()
        (stored,) = await store.queue.settle_sends([r.SendResult(send.message.id, "sender", status)], world.now)  # type: ignore[arg-type]  # the statuses of the tests
        return stored

    async def test_queues_the_new_one_and_marks_the_old(self, store: Store, world: World) -> None:
        for status in ("rejected", "unknown"):
            old = await self.rejected(store, world, status, status)
            thread = await store.inbox.thread(world.workspace_id, old.conversation_id)
            assert thread is not None
            new = world.message(thread.conversation, "out", text="again")
            done = await store.inbox.resend(new, old.id, r.TakeOver(world.now + MINUTE, "taken_over: x"))
            marked = dataclasses.replace(old, extras={**old.extras, "resentAs": new.id})
            assert done == r.Resent(new, marked, is_new=True)
            assert await store.inbox.message(world.workspace_id, new.id) == new
            assert await store.inbox.message(world.workspace_id, old.id) == marked
            thread = await store.inbox.thread(world.workspace_id, old.conversation_id)
            assert thread is not None
            assert thread.conversation.paused_until == world.now + MINUTE
            assert [send.message.text for send in await world.claim_sends()] == ["again"]
            await store.queue.settle_sends([r.SendResult(new.id, "sender", "sent")], world.now)

    async def test_happens_once(self, store: Store, world: World) -> None:
        old = await self.rejected(store, world)
        thread = await store.inbox.thread(world.workspace_id, old.conversation_id)
        assert thread is not None
        first, second = (world.message(thread.conversation, "out", text="again") for _ in range(2))
        await store.inbox.resend(first, old.id, None)
        done = await store.inbox.resend(second, old.id, None)
        assert done is not None
        assert (done.message, done.is_new) == (first, False)
        assert await store.inbox.message(world.workspace_id, second.id) is None

    async def test_not_of_what_arrived_or_is_elsewhere(self, store: Store, world: World) -> None:
        old = await self.rejected(store, world, "sent")
        thread = await store.inbox.thread(world.workspace_id, old.conversation_id)
        assert thread is not None
        new = world.message(thread.conversation, "out")
        assert await store.inbox.resend(new, old.id, None) is None
        assert await store.inbox.resend(new, "msg_none", None) is None
        failed = await self.rejected(store, world, igsid="otto")
        stranger = dataclasses.replace(new, workspace_id="ws_other")
        assert await store.inbox.resend(stranger, failed.id, None) is None
