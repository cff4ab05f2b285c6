from __future__ import annotations

import dataclasses
import datetime as dt

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
