"""The runtime's pieces in front of the simulator, with one clock for both; webhooks come only when a test hands them
over."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

from instantchat.channels.instagram.signature import HEADER
from instantchat.kit.crypto import Vault, new_key
from instantchat.runtime.intake import Intake, Received
from instantchat.runtime.pace import Pace
from instantchat.runtime.reads import Reads
from instantchat.runtime.reconciler import Reconciler
from instantchat.runtime.settling import Settler
from instantchat.store.connect import open_store
from instantchat.store.records import Account, Json, Message
from tests.channels.simulator.world import APP_SECRET, World, a_world
from tests.runtime.conftest import Stage
from tests.support.seed import seed

EVERY = dt.timedelta(minutes=5)


class Missed:
    """A workspace whose account is the simulator's, checked for what webhooks missed."""

    def __init__(self, world: World, stage: Stage, limit: int) -> None:
        self.world, self.stage, self.clock = world, stage, world.clock
        store = stage.store
        self.intake = Intake(store.queue, self.clock, {"META_APP_SECRET": APP_SECRET}, lambda: None)
        self.reads = Reads(world.client, self.clock, stage.vault, Pace(0), limit)
        self.settler = self.new_settler()
        self.reconciler = Reconciler(self.reads, self.intake, store, self.clock, EVERY, Random(1))
        client: Any = world.client
        stage.instagram = client
        stage.outbox = stage.new_outbox()
        self._handed = 0

    def new_settler(self) -> Settler:
        return Settler(self.reads, self.stage.store.queue, self.clock, self.stage.heard)

    async def account(self) -> Account:
        found = await self.stage.store.accounts.account(self.stage.seeded.workspace_id, self.stage.seeded.account_id)
        assert found is not None
        return found

    async def switch_on(self) -> None:
        """Checks begin now."""
        seeded = self.stage.seeded
        await self.stage.store.accounts.set_rules(seeded.workspace_id, seeded.account_id, {"reconcile": True})

    async def check(self, *, after: float = 400) -> None:
        """What a check in so many seconds finds, handled and answered."""
        self.clock.advance(after)
        assert await self.reconciler.check_due() == 1
        await self.settle_down()

    async def settle_down(self) -> None:
        await self.stage.work()
        await self.stage.send()

    async def hand_over(self) -> Received:
        """The next delivery of the simulator reaches us."""
        await self.world.product.next_event()
        body, headers = self.world.product.bodies[self._handed], self.world.product.headers[self._handed]
        self._handed += 1
        return await self.intake.receive(body, headers[HEADER])

    async def lose(self, count: int = 1) -> None:
        await self.world.api("PUT", "faults", {"dropNext": count})

    async def thread(self, igsid: str) -> list[str]:
        """The texts in the simulator, oldest first."""
        found = (await self.world.api("GET", f"threads/{self.world.account_id}/{igsid}"))["data"]
        return [message["text"] for message in found]

    async def last_mid(self, igsid: str) -> str:
        found: list[Json] = (await self.world.api("GET", f"threads/{self.world.account_id}/{igsid}"))["data"]
        return str(found[-1]["mid"])

    async def decisions(self, igsid: str) -> list[str]:
        """The reasons of the events of a conversation, oldest first."""
        conversation = await self.stage.conversation(igsid)
        events = await self.stage.store.inbox.events(self.stage.seeded.workspace_id, conversation.id, 50)
        return [(event.decision or {})["reason"] for event in reversed(events) if event.kind != "profile"]

    async def outgoing(self, igsid: str) -> Message:
        """The last message that went out, or did not."""
        return [each for each in await self.stage.messages(igsid) if each.direction == "out"][-1]


@asynccontextmanager
async def missed_world(folder: Path, *, limit: int = 2) -> AsyncIterator[Missed]:
    async with a_world(folder) as world:
        store = open_store(f"sqlite:///{folder / 'test.db'}", clock=world.clock)
        await store.start()
        try:
            vault = Vault([new_key()])
            seeded = await seed(store, vault, None, ig_user_id=world.account_id)
            account = await store.accounts.account(seeded.workspace_id, seeded.account_id)
            assert account is not None
            connected = world.clock.now() - dt.timedelta(days=1)
            given = {"sealed_token": vault.seal(world.token), "connected_at": connected, "username": "sunny.bakery"}
            await store.accounts.connect(dataclasses.replace(account, **given))
            yield Missed(world, Stage(store, world.clock, vault, seeded), limit)
        finally:
            await store.close()
