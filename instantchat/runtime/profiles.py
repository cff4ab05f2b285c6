"""Contacts' names and pictures: fetched in the background, at most once a day each, every ten minutes while one
has no name; stored as an event of the lane."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from instantchat.channels.instagram.answers import Profile
from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.errors import MetaRefused, MetaUnreachable
from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Vault
from instantchat.kit.ids import new_id
from instantchat.runtime.batcher import Batcher
from instantchat.store.ports import Ingested, QueueStore
from instantchat.store.records import Account, Contact, Json, NewEvent

log = structlog.get_logger(__name__)

FRESH = dt.timedelta(days=1)
NAMELESS = dt.timedelta(minutes=10)  # they may have consented since, or the call failed
_AT_ONCE = 4
_WAITING = 1_000  # above that a contact is left for their next message
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Wanted:
    account: Account
    igsid: str


class Profiles:
    """`want` asks; what comes back is an event of kind `profile`, also when there is nothing to know (230, 9010)."""

    def __init__(
        self, client: InstagramClient, queue: QueueStore, clock: Clock, vault: Vault, on_new: Callable[[], None]
    ) -> None:
        self._client = client
        self._clock = clock
        self._vault = vault
        self._on_new = on_new
        self._ingest: Batcher[NewEvent, Ingested] = Batcher(queue.ingest)
        self._asked: OrderedDict[str, dt.datetime] = OrderedDict()
        self._queue: asyncio.PriorityQueue[tuple[int, int, _Wanted]] = asyncio.PriorityQueue(_WAITING)
        self._count = 0

    def want(self, account: Account, contact: Contact, *, is_urgent: bool) -> None:
        """Fetch the profile unless it is fresh, already asked for, or too much waits. Urgent ones go first."""
        now = self._clock.now()
        if contact.profile_at is not None and now - contact.profile_at < (FRESH if contact.name else NAMELESS):
            return
        asked = self._asked.get(contact.id)
        if asked is not None and now - asked < NAMELESS:
            return
        self._count += 1
        try:
            self._queue.put_nowait((0 if is_urgent else 1, self._count, _Wanted(account, contact.igsid)))
        except asyncio.QueueFull:
            return
        self._asked[contact.id] = now
        while len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)

    async def run(self) -> None:
        """Until cancelled. What was only asked for is asked for again by the contact's next message."""
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(self._loop())

    async def fetch_next(self) -> None:
        """Wait until a profile is wanted, and fetch it."""
        _, _, wanted = await self._queue.get()
        try:
            await self._fetch(wanted)
        except (MetaUnreachable, MetaRefused, Unavailable) as error:
            log.info("profile_not_fetched", account_id=wanted.account.id, code=error.code)
        except Exception:
            log.exception("profile_failed", account_id=wanted.account.id)

    async def _loop(self) -> None:
        while True:
            await self.fetch_next()

    async def _fetch(self, wanted: _Wanted) -> None:
        token = self._vault.open(wanted.account.sealed_token)
        found = await self._client.profile(wanted.igsid, token)
        payload: Json = {}
        if isinstance(found, Profile):
            payload = {"name": found.name, "username": found.username, "pictureUrl": found.picture_url}
        now = self._clock.now()
        event = NewEvent(
            id=new_id("evt"),
            ig_user_id=wanted.account.ig_user_id,
            igsid=wanted.igsid,
            kind="profile",
            natural_key=f"profile:{wanted.igsid}:{int(now.timestamp() * 1000)}",
            payload=payload,
            at=now,
            received_at=now,
        )
        if "new" in await self._ingest.submit([event]):
            self._on_new()
