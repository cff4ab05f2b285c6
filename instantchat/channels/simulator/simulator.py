"""The simulated Meta: its state, what may happen in it, and the webhooks that follow."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from instantchat import errors
from instantchat.channels.simulator import delivery, people, threads, webhooks
from instantchat.channels.simulator.database import Database
from instantchat.channels.simulator.delivery import Dispatcher
from instantchat.channels.simulator.faults import Faults
from instantchat.channels.simulator.live import Live
from instantchat.channels.simulator.threads import Json, ThreadMessage
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
        app_secret: Secret,
        verify_token: Secret,
    ) -> None:
        self.public_url = public_url.rstrip("/")
        self.deliver_to = deliver_to
        self.app_id, self.app_secret, self.verify_token = app_id, app_secret, verify_token
        self.clock, self.http = clock, http
        self.database = Database(data_dir / "simulator.db")
        self.live = Live()
        self.faults = Faults()
        self.dispatcher = Dispatcher(self.database, self.live, http, clock, deliver_to, app_secret)
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
                self._is_seeded = True
        return await self.database.run(work)

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now().timestamp()

    def picture_url(self, either_id: str) -> str:
        """The avatar of an account or customer, as browsers reach it."""
        return f"{self.public_url}/simulator/avatars/{either_id}.svg"

    async def write_as_customer(self, igsid: str, account_id: str, body: Json, extra: Json | None = None) -> Json:
        """A customer sends `body`; `extra` (quick_reply, reply_to) goes into the webhook beside it."""
        now = self.now()

        def work(connection: sqlite3.Connection) -> ThreadMessage:
            account = _parties(connection, igsid, account_id)
            message = threads.add_message(connection, account.user_id, igsid, "in", body, now)
            self._tell(connection, account, igsid, "message", webhooks.message_item(message, extra), now)
            return message

        message = await self.run(work)
        return self._happened("message", message.view())

    async def act_as_customer(self, igsid: str, account_id: str, kind: str, event: Json, *, opens: bool) -> None:
        """A customer taps a button (`postback`) or reads (`read`); `opens`: whether that opens the window."""
        now = self.now()

        def work(connection: sqlite3.Connection) -> None:
            account = _parties(connection, igsid, account_id)
            if opens:
                threads.open_window(connection, account.user_id, igsid, now)
            told = webhooks.item(igsid, account.user_id, now, event)
            self._tell(connection, account, igsid, kind, told, now)

        await self.run(work)
        self._happened(kind, {"accountId": account_id, "igsid": igsid, **event})

    async def send_as_account(self, account: people.Account, igsid: str, body: Json) -> ThreadMessage:
        """The account sends through the API; the echo follows as a webhook, unless a fault drops it."""
        now = self.now()

        def work(connection: sqlite3.Connection) -> ThreadMessage:
            message = threads.add_message(connection, account.user_id, igsid, "out", body, now)
            if not self.faults.drop_echo:
                self._tell(connection, account, igsid, "echo", webhooks.message_item(message), now)
            return message

        message = await self.run(work)
        self._happened("message", message.view())
        return message

    def _tell(
        self, connection: sqlite3.Connection, account: people.Account, igsid: str, kind: str, item: Json, now: float
    ) -> None:
        if account.is_subscribed:
            body = webhooks.body_of(account.user_id, [item], now)
            delivery.enqueue(connection, f"{account.user_id}:{igsid}", kind, body, now)

    def _happened(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        self.live.publish(kind, data)
        self.dispatcher.wake()
        return data


def _parties(connection: sqlite3.Connection, igsid: str, account_id: str) -> people.Account:
    account = people.find_account(connection, account_id)
    if account is None:
        raise errors.NotFound("account_not_found", "There is no such account in the simulator.")
    if people.find_customer(connection, igsid) is None:
        raise errors.NotFound("customer_not_found", "There is no such customer in the simulator.")
    return account
