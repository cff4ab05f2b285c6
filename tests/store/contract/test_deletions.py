from __future__ import annotations

import dataclasses
import datetime as dt

from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import LEASE, World, new_account

DAY = dt.timedelta(days=1)


def asked(world: World, code: str = "code-1", key: str = "key-1") -> r.Deletion:
    return r.Deletion(code, key, "received", world.now)


async def erase_all(store: Store, world: World, limit: int = 1_000) -> list[r.Erased]:
    steps: list[r.Erased] = []
    while (step := await store.deletions.erase(world.now, limit)) is not None:
        steps.append(step)
    return steps


async def full(world: World, igsid: str) -> r.Conversation:
    """A conversation with a message each way, a waiting run and a note."""
    thread = await world.meet(igsid)
    said = [world.message(thread), world.message(thread, "out")]
    await world.change(thread, messages=said, runs=[world.run(thread)], notes=[world.note(thread)])
    return thread


class TestRequest:
    async def test_takes_the_accounts_out_of_use_at_once(self, store: Store, world: World) -> None:
        stored, theirs = await store.deletions.request(asked(world), world.account.ig_user_id)
        assert stored == asked(world)
        assert await store.deletions.deletion("code-1") == stored
        assert [(one.id, one.state, one.sealed_token) for one in theirs] == [(world.account.id, "disconnected", "")]
        assert await store.accounts.accounts(world.workspace_id) == theirs
        assert await store.queue.ingest([world.event()]) == ["unknown_account"]
        assert await store.accounts.of_person(world.account.ig_user_id) == []

    async def test_finds_accounts_of_every_workspace_by_either_id(self, store: Store, world: World, another) -> None:
        other = await another()
        await store.accounts.set_state(world.account.id, "disconnected", None)
        same = {"ig_user_id": world.account.ig_user_id, "ig_scoped_id": "scoped"}
        theirs = await store.accounts.connect(new_account(other.user, world.now, **same))
        assert theirs is not None
        assert {one.id for one in await store.accounts.of_person(world.account.ig_user_id)} == {
            world.account.id, theirs.id,
        }  # fmt: skip
        assert await store.accounts.of_person("scoped") == [theirs]
        _, taken = await store.deletions.request(asked(world), "scoped")
        assert [one.id for one in taken] == [theirs.id]

    async def test_again_changes_nothing(self, store: Store, world: World) -> None:
        await store.deletions.request(asked(world), world.account.ig_user_id)
        await erase_all(store, world)
        done = await store.deletions.deletion("code-1")
        back = await store.accounts.connect(new_account(world.user, world.now, ig_user_id=world.account.ig_user_id))
        assert back is not None
        repeated, theirs = await store.deletions.request(asked(world, "code-2"), world.account.ig_user_id)
        assert (repeated, theirs) == (done, [])
        assert await store.accounts.accounts(world.workspace_id) == [back]
        assert await store.deletions.deletion("code-2") is None

    async def test_about_nobody_is_done_at_once(self, store: Store, world: World) -> None:
        stored, theirs = await store.deletions.request(asked(world), "17840000")
        assert (stored.state, stored.done_at, theirs) == ("done", world.now, [])
        assert await store.deletions.deletion("code-1") == stored
        assert await store.deletions.erase(world.now, 10) is None

    async def test_of_an_unknown_code_there_is_none(self, store: Store, world: World) -> None:
        assert await store.deletions.deletion("nonsense") is None


class TestErase:
    async def test_leaves_nothing_of_the_account_and_all_of_the_others(self, store: Store, world: World) -> None:
        mine = await world.add_account()
        gone, kept = await full(world, "maria"), await world.meet("maria", account=mine)
        await world.queue(kept, "Hello")
        await store.inbox.add_note(world.note(kept))
        await world.arrive("ben")
        await store.deletions.request(asked(world), world.account.ig_user_id)
        (step,) = await erase_all(store, world)

        assert [one.id for one in step.accounts] == [world.account.id]
        assert (step.deletion.state, step.deletion.done_at) == ("done", world.now)
        # 3 events, 2 messages, a run, a note, a conversation, a contact, the account
        assert step.deletion.rows == 10
        assert await store.deletions.deletion("code-1") == step.deletion
        inbox, ours = store.inbox, world.workspace_id
        assert await inbox.thread(ours, gone.id) is None
        assert (await inbox.messages(ours, gone.id, limit=9, cursor=None)).data == []
        assert await inbox.runs(ours, gone.id, 9) == await inbox.notes(ours, gone.id, 9) == []
        assert await store.accounts.accounts(ours) == [mine]
        assert await store.queue.backlog() == {"events_pending": 0, "sends_queued": 1, "runs_waiting": 0}
        assert await inbox.thread(ours, kept.id) is not None
        assert len((await inbox.messages(ours, kept.id, limit=9, cursor=None)).data) == 1
        assert len(await inbox.notes(ours, kept.id, 9)) == 1

    async def test_goes_on_where_it_stopped(self, store: Store, other_store: Store, world: World) -> None:
        for name in ("maria", "ben", "eva"):
            await full(world, name)
        await store.deletions.request(asked(world), world.account.ig_user_id)
        first = await store.deletions.erase(world.now, 4)
        assert first is not None
        assert (first.deletion.state, first.deletion.rows, first.accounts) == ("in_progress", 4, [])
        world.clock.advance(60)
        steps = await erase_all(other_store, world, 4)
        assert len(steps) > 2
        assert {step.deletion.state for step in steps[:-1]} == {"in_progress"}
        # 6 events, 6 messages, 3 runs, 3 notes, 3 conversations, 3 contacts, the account
        assert (steps[-1].deletion.state, steps[-1].deletion.rows) == ("done", 25)
        assert steps[-1].deletion.done_at == world.now
        assert await store.accounts.accounts(world.workspace_id) == []

    async def test_what_is_being_handled_can_no_longer_be_stored(self, store: Store, world: World) -> None:
        await world.arrive("maria")
        (work,) = await world.claim()
        await store.deletions.request(asked(world), world.account.ig_user_id)
        await erase_all(store, world)
        assert await world.store_one(world.handled(work)) is False

    async def test_takes_the_oldest_request_first(self, store: Store, world: World) -> None:
        second = await world.add_account()
        world.clock.advance(60)
        await store.deletions.request(asked(world, "late", "k1"), second.ig_user_id)
        earlier = dataclasses.replace(asked(world, "early", "k2"), received_at=world.now - DAY)
        await store.deletions.request(earlier, world.account.ig_user_id)
        assert [step.deletion.code for step in await erase_all(store, world)] == ["early", "late"]

    async def test_connecting_again_meanwhile_makes_a_new_account(self, store: Store, world: World) -> None:
        await full(world, "maria")
        await store.deletions.request(asked(world), world.account.ig_user_id)
        again = new_account(world.user, world.now, ig_user_id=world.account.ig_user_id)
        assert await store.accounts.connect(again) == again
        await world.arrive("maria", account=again)
        await erase_all(store, world)
        assert await store.accounts.accounts(world.workspace_id) == [again]
        assert [work.account.id for work in await world.claim()] == [again.id]


class TestLastEvents:
    async def test_by_kind_of_the_account_alone(self, store: Store, world: World, another) -> None:
        await world.meet("maria")
        first = world.now
        world.clock.advance(60)
        comment = dataclasses.replace(world.event("ben"), kind="comment")
        await store.queue.ingest([comment])
        assert await store.inbox.last_events(world.workspace_id, world.account.id) == {"message": first}
        (work,) = await store.queue.claim_work("w", world.now, world.now + LEASE, 9)
        await world.store_one(world.handled(work, "w"))
        assert await store.inbox.last_events(world.workspace_id, world.account.id) == {
            "message": first,
            "comment": world.now,
        }
        other = await world.add_account()
        assert await store.inbox.last_events(world.workspace_id, other.id) == {}
        assert await store.inbox.last_events((await another()).workspace_id, world.account.id) == {}
