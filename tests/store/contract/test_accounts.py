from __future__ import annotations

import dataclasses
import datetime as dt

from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import World, new_account

MINUTE = dt.timedelta(minutes=1)


class TestNonces:
    async def test_work_once(self, store: Store, world: World) -> None:
        await store.accounts.put_nonce("n1", world.user.id, world.now + MINUTE)
        assert await store.accounts.take_nonce("n1", world.user.id, world.now)
        assert not await store.accounts.take_nonce("n1", world.user.id, world.now)

    async def test_work_only_for_their_user(self, store: Store, world: World) -> None:
        await store.accounts.put_nonce("n1", world.user.id, world.now + MINUTE)
        assert not await store.accounts.take_nonce("n1", "usr_other", world.now)
        assert await store.accounts.take_nonce("n1", world.user.id, world.now)

    async def test_expire(self, store: Store, world: World) -> None:
        await store.accounts.put_nonce("n1", world.user.id, world.now + MINUTE)
        assert not await store.accounts.take_nonce("n1", world.user.id, world.now + MINUTE)


class TestConnect:
    async def test_again_renews_and_keeps_the_id(self, store: Store, world: World) -> None:
        again = new_account(world.user, world.now, ig_user_id=world.account.ig_user_id, sealed_token="new")
        renewed = await store.accounts.connect(again)
        assert renewed == dataclasses.replace(again, id=world.account.id)
        assert await store.accounts.accounts(world.workspace_id) == [renewed]

    async def test_a_live_account_of_another_workspace_is_refused(self, store: Store, world: World, another) -> None:
        other = await another()
        theirs = new_account(other.user, world.now, ig_user_id=world.account.ig_user_id)
        assert await store.accounts.connect(theirs) is None
        assert await store.accounts.accounts(other.workspace_id) == [other.account]

    async def test_a_disconnected_account_moves_to_another_workspace(self, store: Store, world: World, another) -> None:
        other = await another()
        await store.accounts.set_state(world.account.id, "disconnected", None)
        theirs = new_account(other.user, world.now, ig_user_id=world.account.ig_user_id)
        assert await store.accounts.connect(theirs) == theirs
        ours = new_account(world.user, world.now, ig_user_id=world.account.ig_user_id)
        assert await store.accounts.connect(ours) is None

    async def test_a_disconnected_account_comes_back_with_its_id(self, store: Store, world: World) -> None:
        await store.accounts.set_state(world.account.id, "disconnected", None)
        again = await store.accounts.connect(world.account)
        assert again == world.account


class TestRules:
    async def test_are_kept_when_the_account_is_connected_again(self, store: Store, world: World) -> None:
        changed = await store.accounts.set_rules(world.workspace_id, world.account.id, {"disclosure": "A bot."})
        assert changed == dataclasses.replace(world.account, rules={"disclosure": "A bot."})
        await store.accounts.set_state(world.account.id, "disconnected", None)
        again = await store.accounts.connect(world.account)
        assert again is not None
        assert again.rules == {"disclosure": "A bot."}

    async def test_of_another_workspace_are_left_alone(self, store: Store, world: World, another) -> None:
        other = await another()
        assert await store.accounts.set_rules(other.workspace_id, world.account.id, {"disclosure": "x"}) is None
        account = await store.accounts.account(world.workspace_id, world.account.id)
        assert account is not None
        assert account.rules == {}


class TestState:
    async def test_is_stored_with_its_reason(self, store: Store, world: World) -> None:
        changed = await store.accounts.set_state(world.account.id, "reauth_needed", "password_changed")
        assert changed == dataclasses.replace(world.account, state="reauth_needed", state_reason="password_changed")
        assert await store.accounts.account(world.workspace_id, world.account.id) == changed
        assert await store.accounts.set_state("acc_none", "ok", None) is None

    async def test_disconnecting_drops_the_token(self, store: Store, world: World) -> None:
        changed = await store.accounts.set_state(world.account.id, "disconnected", "by_member")
        assert changed is not None
        assert (changed.state, changed.sealed_token, changed.token_expires_at) == ("disconnected", "", None)

    async def test_only_connecting_brings_a_disconnected_account_back(self, store: Store, world: World) -> None:
        await store.accounts.set_state(world.account.id, "disconnected", None)
        changed = await store.accounts.set_state(world.account.id, "ok", None)
        assert changed is not None
        assert changed.state == "disconnected"


class TestList:
    async def test_is_oldest_first_with_the_disconnected(self, store: Store, world: World) -> None:
        world.clock.advance(60)
        second = await world.add_account()
        await store.accounts.set_state(world.account.id, "disconnected", None)
        found = await store.accounts.accounts(world.workspace_id)
        assert [one.id for one in found] == [world.account.id, second.id]

    async def test_of_all_connected_ones_crosses_workspaces(self, store: Store, world: World, another) -> None:
        world.clock.advance(60)
        other = await another()
        gone = await world.add_account()
        await store.accounts.set_state(gone.id, "disconnected", None)
        assert await store.accounts.connected(9) == [world.account, other.account]
        assert await store.accounts.connected(1) == [world.account]


class TestRefreshes:
    async def due(self, store: Store, world: World) -> r.Account:
        """The account, with a token that is due for refreshing now."""
        due = dataclasses.replace(world.account, refresh_at=world.now, scopes="basic messages")
        stored = await store.accounts.connect(due)
        assert stored is not None
        return stored

    async def test_are_claimed_when_they_are_due_and_then_put_off(self, store: Store, world: World) -> None:
        account = await self.due(store, world)
        claimed = await store.accounts.claim_refreshes(world.now, world.now + MINUTE, 5)
        assert claimed == [dataclasses.replace(account, refresh_at=world.now + MINUTE)]
        assert await store.accounts.claim_refreshes(world.now, world.now + MINUTE, 5) == []
        world.clock.advance(60)
        assert len(await store.accounts.claim_refreshes(world.now, world.now + MINUTE, 5)) == 1

    async def test_are_claimed_longest_due_first_and_not_before_their_time(self, store: Store, world: World) -> None:
        accounts = [await world.add_account() for _ in range(3)]
        for minutes, account in zip((-1, -2, 1), accounts, strict=True):
            await store.accounts.connect(dataclasses.replace(account, refresh_at=world.now + minutes * MINUTE))
        claimed = await store.accounts.claim_refreshes(world.now, world.now + MINUTE, 5)
        assert [one.id for one in claimed] == [accounts[1].id, accounts[0].id]

    async def test_store_the_new_token(self, store: Store, world: World) -> None:
        account = await self.due(store, world)
        until, later = world.now + 60 * MINUTE, world.now + 50 * MINUTE
        new = {"sealed_token": "new", "token_expires_at": until, "state": "ok", "state_reason": None}
        stored = await store.accounts.settle_refresh(account, new, refresh_at=later)
        assert stored == dataclasses.replace(account, **new, refresh_at=later)
        assert await store.accounts.account(world.workspace_id, account.id) == stored

    async def test_lose_against_connecting_again(self, store: Store, world: World) -> None:
        account = await self.due(store, world)
        renewed = await store.accounts.connect(dataclasses.replace(account, sealed_token="by the owner"))
        given = {"state": "reauth_needed", "state_reason": "expired"}
        assert await store.accounts.settle_refresh(account, given, refresh_at=None) is None
        assert await store.accounts.account(world.workspace_id, account.id) == renewed

    async def test_end_where_only_the_owner_can_help(self, store: Store, world: World) -> None:
        for state in ("reauth_needed", "disconnected"):
            account = await self.due(store, world)
            changed = await store.accounts.set_state(account.id, state, None)
            assert changed is not None
            assert changed.refresh_at is None
            assert await store.accounts.claim_refreshes(world.now, world.now + MINUTE, 5) == []
        assert await store.accounts.settle_refresh(account, {"state": "ok"}, refresh_at=None) is None
