"""Two processes at once (on SQLite: two tasks of the one process)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter

from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.store.world import LEASE, World, new_account, new_user

PEOPLE = 24


async def _rounds(world: World, stores: list[Store], owner: str) -> list[r.Work]:
    """Every store claims a few lanes, at the same time, until there are none."""
    claimed: list[r.Work] = []
    for turn in range(PEOPLE):
        batches = await asyncio.gather(
            *(
                store.queue.claim_work(f"{owner}{turn}.{number}", world.now, world.now + LEASE, 5)
                for number, store in enumerate(stores)
            )
        )
        claimed += [work for batch in batches for work in batch]
        if len(claimed) >= PEOPLE:
            break
    return claimed


class TestClaims:
    async def test_never_share_a_lane(self, store: Store, other_store: Store, world: World) -> None:
        await world.arrive(*[f"p{number}" for number in range(PEOPLE)])
        claimed = await _rounds(world, [store, other_store], "w")
        assert Counter(work.lane for work in claimed) == {f"{world.account.id}:p{n}": 1 for n in range(PEOPLE)}

    async def test_never_share_a_message(self, store: Store, other_store: Store, world: World) -> None:
        for number in range(PEOPLE):
            await world.queue(await world.meet(f"p{number}"), "one", "two")
        claimed: list[r.Send] = []
        for turn in range(PEOPLE):
            batches = await asyncio.gather(
                *(
                    one.queue.claim_sends(
                        f"s{turn}.{number}", world.now, world.now + LEASE, 5, per_account=9, excluded=()
                    )
                    for number, one in enumerate([store, other_store, store, other_store])
                )
            )
            claimed += [send for batch in batches for send in batch]
            if len(claimed) >= PEOPLE:
                break
        assert len({send.message.id for send in claimed}) == len(claimed) == PEOPLE
        assert {send.message.text for send in claimed} == {"one"}, "one of a conversation at a time"

    async def test_never_share_a_call(self, store: Store, other_store: Store, world: World) -> None:
        conversation = await world.meet()
        runs = [world.run(conversation, waiting_for="result", wake_at=world.now) for _ in range(12)]
        await world.change(conversation, runs=runs)
        batches = await asyncio.gather(
            *(one.queue.claim_calls("c", world.now, world.now + LEASE, 9) for one in [store, other_store] * 2)
        )
        claimed = [run.id for batch in batches for run in batch]
        assert len(claimed) == len(set(claimed))


class TestIngest:
    async def test_of_the_same_events_stores_them_once(self, store: Store, other_store: Store, world: World) -> None:
        keys = [f"k{number}" for number in range(20)]
        deliveries = [[world.event(key=key) for key in order] for order in (keys, keys[::-1], keys)]
        stores = [store, other_store, store]
        answers = await asyncio.gather(
            *(one.queue.ingest(events) for one, events in zip(stores, deliveries, strict=True))
        )
        assert Counter(answer for batch in answers for answer in batch) == {"new": 20, "duplicate": 40}

    async def test_during_checkpoints_loses_nothing(self, store: Store, other_store: Store, world: World) -> None:
        """Events keep arriving in lanes that are just being finished."""
        handled: Counter[str] = Counter()
        sent: list[str] = []
        all_sent = asyncio.Event()

        async def arrive() -> None:
            for _ in range(15):
                events = [world.event(f"p{number}") for number in range(3)]
                sent.extend(event.id for event in events)
                await other_store.queue.ingest(events)
            all_sent.set()

        async def work(one: Store, name: str) -> None:
            idle = 0
            while idle < 50 or not all_sent.is_set():
                owner = f"{name}{len(handled)}.{idle}"
                works = await one.queue.claim_work(owner, world.now, world.now + LEASE, 2)
                idle = 0 if works else idle + 1
                stored = await one.queue.checkpoint([world.handled(lane, owner) for lane in works])
                for lane, ok in zip(works, stored, strict=True):
                    handled.update(event.id for event in lane.events if ok)

        await asyncio.gather(arrive(), work(store, "a"), work(other_store, "b"))
        assert handled == dict.fromkeys(sent, 1)


class TestRaces:
    async def test_one_of_two_sign_ups_with_an_email_wins(self, store: Store, other_store: Store, world: World) -> None:
        users = [new_user(world.now, email="same@example.com") for _ in range(2)]
        made = await asyncio.gather(
            store.members.create_user(users[0], "A"), other_store.members.create_user(users[1], "B")
        )
        assert sorted(made) == [False, True]

    async def test_one_of_two_workspaces_gets_an_account(
        self, store: Store, other_store: Store, world: World, another
    ) -> None:
        other = await another()
        ours = new_account(world.user, world.now, ig_user_id="same")
        theirs = new_account(other.user, world.now, ig_user_id="same")
        results = await asyncio.gather(store.accounts.connect(ours), other_store.accounts.connect(theirs))
        assert sum(result is None for result in results) == 1

    async def test_an_idempotency_key_counts_once(self, store: Store, other_store: Store, world: World) -> None:
        conversation = await world.meet()
        messages = [world.message(conversation, "out", idempotency_key="k") for _ in range(6)]
        stores = [store, other_store] * 3
        stored = await asyncio.gather(
            *(one.inbox.enqueue(message, None) for one, message in zip(stores, messages, strict=True))
        )
        assert len({one.message.id for one in stored}) == 1

    async def test_a_nonce_is_taken_once(self, store: Store, other_store: Store, world: World) -> None:
        await store.accounts.put_nonce("n", world.user.id, world.now + dt.timedelta(minutes=1))
        taken = await asyncio.gather(
            *(one.accounts.take_nonce("n", world.user.id, world.now) for one in [store, other_store] * 2)
        )
        assert sum(taken) == 1

    async def test_counts_from_both_add_up(self, store: Store, other_store: Store, world: World) -> None:
        today = world.now.date()
        counts = {"messages_in": 1, "messages_out": 2}
        await asyncio.gather(*(one.activity.add(world.workspace_id, today, counts) for one in [store, other_store] * 5))
        assert await store.activity.daily(world.workspace_id, today, today) == {
            today: {"messages_in": 10, "messages_out": 20}
        }
