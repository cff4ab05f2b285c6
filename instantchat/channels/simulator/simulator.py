"""The simulated Meta: its state, its time, and the webhooks that follow from what happens in it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from instantchat.channels.simulator import assets, delivery_queue, people, picture_links, threads, warp, webhooks
from instantchat.channels.simulator.database import Database
from instantchat.channels.simulator.delivery import Dispatcher
from instantchat.channels.simulator.faults import Faults
from instantchat.channels.simulator.live import Live
from instantchat.channels.simulator.rates import Rates
from instantchat.channels.simulator.signing import Secrets
from instantchat.channels.simulator.threads import Json
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret

T = TypeVar("T")


class Simulator:
    """Owns the state file, the delivery task and the live stream. `start` and `stop` may be called repeatedly."""

    def __init__(
        self,
        *,
        data_dir: Path,
        public_url: str,
        deliver_to: str,
        clock: Clock,
        http: httpx.AsyncClient,
        app_id: str,
        secrets: Secrets,
        verify_token: Secret,
    ) -> None:
        self.public_url = public_url.rstrip("/")
        self.deliver_to = deliver_to
        self.app_id, self.secrets, self.verify_token = app_id, secrets, verify_token
        self.clock = clock if isinstance(clock, warp.WarpedClock) else warp.WarpedClock(clock)
        self.http = http
        self.database = Database(data_dir / "simulator.db")
        self.live = Live()
        self.faults = Faults()
        self.rates = Rates(self.faults)
        self.dispatcher = Dispatcher(self.database, self.live, http, self.clock, deliver_to, secrets, self.faults)
        self._seeding = asyncio.Lock()
        self._is_seeded = False

    async def start(self) -> None:
        """Open the state, with two accounts and two customers if it is new, and go on delivering."""
        await self.run(lambda _connection: None)
        self.live.open()
        self.dispatcher.start()

    async def stop(self) -> None:
        """End streams and deliveries; nothing undelivered is lost."""
        self.live.close()
        await self.dispatcher.stop()
        await self.database.close()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work` in one transaction."""
        if not self._is_seeded:
            async with self._seeding:
                await self.database.run(people.seed)
                self.clock.move(await self.database.run(warp.read_offset))
                self._is_seeded = True
        return await self.database.run(work)

    def now(self) -> float:
        """Seconds since 1970, in the simulator's time."""
        return self.clock.now().timestamp()

    async def advance(self, seconds: float) -> None:
        """Move time forward: windows close, tokens age, retries come due."""
        offset = self.clock.offset + seconds
        await self.run(lambda c: warp.keep_offset(c, offset))
        self.clock.move(offset)
        self.dispatcher.wake()

    def picture_url(self, either_id: str) -> str:
        """The avatar of an account or customer, as browsers reach it for some days."""
        query = picture_links.query(either_id, self.now(), self.secrets.instagram)
        return f"{self.public_url}/simulator/avatars/{either_id}.svg?{query}"

    def asset_url(self, connection: sqlite3.Connection, asset_id: str) -> str:
        """The signed address of media, as browsers and the product reach it."""
        return assets.address(connection, asset_id, self.public_url)

    def tell(
        self,
        connection: sqlite3.Connection,
        account: people.Account,
        igsid: str,
        kind: str,
        item: Json,
        *,
        field: str = "messages",
        wait: float = 0.0,
    ) -> int | None:
        """Queue the webhook of a messaging item, in the transaction of what it tells about; its id, or None when the
        account does not listen. `kind` is its name in the log. While another app holds the conversation, all but the
        handover itself goes to `standby`."""
        now = self.now()
        is_standby = field != "messaging_handover" and threads.is_held(connection, account.user_id, igsid)
        body = webhooks.body_of(account.user_id, [item], now, is_standby=is_standby)
        field = "standby" if is_standby else field
        return self.queue(connection, account, field, f"{account.user_id}:{igsid}", kind, body, wait=wait)

    def queue(
        self,
        connection: sqlite3.Connection,
        account: people.Account,
        field: str,
        lane: str,
        kind: str,
        body: bytes,
        *,
        wait: float = 0.0,
    ) -> int | None:
        """Queue a body if the account listens to `field`; its id."""
        if not self.faults.app_live or not account.listens_to(field):
            return None
        now = self.now()
        signer = "meta" if account.is_facebook else "instagram"
        return delivery_queue.enqueue(connection, lane, kind, body, now, now + wait, signer=signer)

    def happened(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        """Show it on open pages and deliver what was queued; `data` again."""
        self.live.publish(kind, data)
        self.dispatcher.wake()
        return data
