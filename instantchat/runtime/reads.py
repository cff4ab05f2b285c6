"""All that this process reads of conversations and comments, in turns: never more than Instagram allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable
from typing import TypeVar

from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.errors import MetaRefused, RefusalKind
from instantchat.channels.instagram.reading import Comment, Cut, Post, Reader, Said, Talk
from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret, Vault
from instantchat.runtime.pace import Pace
from instantchat.runtime.slots import Slots
from instantchat.store.records import Account

T = TypeVar("T")
REST = dt.timedelta(minutes=1)
_RESTING_KEPT = 1_000


class Reads:
    """At most `limit` calls of one account in any second (0: no limit), and none while Instagram wants fewer calls of
    it: sends go first.

    Every method waits for its turn, and raises `Unavailable`: `MetaRefused`, `MetaUnreachable`, `reading_rests`, or
    `token_unreadable`.
    """

    def __init__(self, client: InstagramClient, clock: Clock, vault: Vault, pace: Pace, limit: int) -> None:
        self._reader = Reader(client)
        self._clock = clock
        self._vault = vault
        self._pace = pace
        self._slots = Slots(limit, 1.0)
        self._resting: dict[str, dt.datetime] = {}

    async def conversations(self, account: Account, *, igsid: str | None = None, after: str | None = None) -> Cut[Talk]:
        """A page of them, newest first."""
        token = await self._turn(account)
        return await self._heed(
            account, self._reader.conversations(account.ig_user_id, token, igsid=igsid, after=after)
        )

    async def messages(self, account: Account, talk_id: str) -> list[Said]:
        """The newest messages of a conversation, oldest first."""
        token = await self._turn(account)
        cut = await self._heed(account, self._reader.messages(talk_id, token))
        found = []
        for said in cut.data:
            whole = said if said.is_known or said.is_unsupported else await self._message(account, said.mid)
            if whole is not None:
                found.append(whole)
        return sorted(found, key=lambda each: each.at)

    async def thread(self, account: Account, igsid: str) -> list[Said]:
        """The newest messages with a person, oldest first; nothing where there is no conversation."""
        cut = await self.conversations(account, igsid=igsid)
        return await self.messages(account, cut.data[0].id) if cut.data else []

    async def media(self, account: Account, limit: int) -> list[Post]:
        """The newest posts."""
        token = await self._turn(account)
        return (await self._heed(account, self._reader.media(account.ig_user_id, token, limit))).data

    async def comments(self, account: Account, post: Post, *, after: str | None = None) -> Cut[Comment]:
        """A page of them, newest first."""
        token = await self._turn(account)
        return await self._heed(account, self._reader.comments(post, token, after=after))

    async def wait(self, account_id: str) -> None:
        """Take a turn for a call that is made elsewhere."""
        await self._clock.sleep(self._slots.take(account_id, self._clock.now().timestamp()))

    async def _message(self, account: Account, mid: str) -> Said | None:
        token = await self._turn(account)
        try:
            return await self._reader.message(mid, token)
        except MetaRefused as refused:
            if refused.refusal.kind is RefusalKind.PERMANENT:
                return None  # taken back meanwhile
            raise

    async def _turn(self, account: Account) -> Secret:
        if self._pace.is_blocked(account.id) or self._resting.get(account.id, self._clock.now()) > self._clock.now():
            raise Unavailable("reading_rests", "Instagram wants fewer calls of this account for now.")
        try:
            token = self._vault.open(account.sealed_token)
        except ValueError:
            reason = "The account's token cannot be read with the configured ENCRYPTION_KEYS."
            raise Unavailable("token_unreadable", reason) from None
        await self.wait(account.id)
        return token

    async def _heed(self, account: Account, call: Awaitable[Cut[T]]) -> Cut[T]:
        try:
            cut = await call
        except MetaRefused as refused:
            if refused.refusal.kind is RefusalKind.THROTTLE:
                if len(self._resting) >= _RESTING_KEPT:
                    self._resting.clear()
                self._resting[account.id] = self._clock.now() + REST
            raise
        if cut.usage is not None:
            self._pace.heed(account.id, cut.usage)
        return cut
