"""Access tokens are renewed before they run out, and people are told when that does not succeed."""

from __future__ import annotations

import asyncio
import datetime as dt
from random import Random, SystemRandom
from typing import Any

import structlog

from instantchat.channels.instagram.answers import LongToken
from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.errors import MetaRefused, MetaUnreachable, RefusalKind
from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Vault
from instantchat.runtime.live import LiveEvent, Publisher
from instantchat.runtime.scheduler import Signal
from instantchat.store.ports import AccountStore
from instantchat.store.records import Account

log = structlog.get_logger(__name__)

EARLY = dt.timedelta(days=10)  # of 60, so from day 50 on
SPREAD = dt.timedelta(days=1)  # accounts connected together are not refreshed together
YOUNGEST = dt.timedelta(hours=25)  # Meta refreshes no token younger than a day
TOLD = dt.timedelta(days=7)
_RETRY, _RETRY_SOON = dt.timedelta(hours=6), dt.timedelta(hours=1)
_CLAIM = dt.timedelta(minutes=10)
_AT_ONCE = 10
_EVERY = 60.0
_UNREADABLE = "The stored access token cannot be decrypted: a key is missing from INSTANTCHAT_ENCRYPTION_KEYS."


def refresh_at(now: dt.datetime, expires_at: dt.datetime, rng: Random) -> dt.datetime:
    """When a token got now should be refreshed: from ten days before its end, at a moment of that day of its own."""
    return max(now + YOUNGEST, expires_at - EARLY + rng.random() * SPREAD)


class Tokens:
    """Refreshes what is due. A refusal for good makes an account `reauth_needed`; any other failure is tried again
    every few hours, and makes it `expiring` in the token's last seven days."""

    def __init__(
        self,
        client: InstagramClient,
        accounts: AccountStore,
        clock: Clock,
        publisher: Publisher,
        vault: Vault,
        rng: Random | None = None,
    ) -> None:
        self._client = client
        self._accounts = accounts
        self._clock = clock
        self._publisher = publisher
        self._vault = vault
        self._rng = rng or SystemRandom()
        self._sooner = Signal()

    def look_again(self) -> None:
        """The clock was moved."""
        self._sooner.ring()

    async def run(self) -> None:
        """Once a minute, until cancelled."""
        while True:
            try:
                await self.refresh_due()
            except Unavailable as error:
                log.warning("token_refresh_waits", reason=error.message)
            except Exception:
                log.exception("token_refresh_failed")
            await self._sooner.heard(_EVERY)

    async def refresh_due(self) -> int:
        """Refresh every token that is due now; how many were tried."""
        total = 0
        while True:
            now = self._clock.now()
            due = await self._accounts.claim_refreshes(now, now + _CLAIM, _AT_ONCE)
            await asyncio.gather(*(self._refresh(account) for account in due))
            total += len(due)
            if len(due) < _AT_ONCE:
                return total

    async def _refresh(self, account: Account) -> None:
        try:
            token = await self._client.refresh(self._vault.open(account.sealed_token))
        except MetaRefused as refused:
            is_final = refused.refusal.kind is RefusalKind.RECONNECT
            await self._settle_failure(account, refused.refusal.sentence, is_final=is_final)
        except MetaUnreachable as unreachable:
            await self._settle_failure(account, unreachable.message, is_final=False)
        except ValueError:
            await self._settle_failure(account, _UNREADABLE, is_final=False)
        else:
            await self._settle_success(account, token)

    async def _settle_success(self, account: Account, token: LongToken) -> None:
        now = self._clock.now()
        expires_at = now + dt.timedelta(seconds=token.expires_in)
        changes: dict[str, Any] = {"sealed_token": self._vault.seal(token.token), "token_expires_at": expires_at}
        if account.state == "expiring":
            changes |= {"state": "ok", "state_reason": None}
        log.info("token_refreshed", account_id=account.id)
        await self._settle(account, changes, refresh_at(now, expires_at, self._rng))

    async def _settle_failure(self, account: Account, reason: str, *, is_final: bool) -> None:
        """A token that has run out cannot be refreshed any more, whatever was answered."""
        left = (account.token_expires_at or self._clock.now()) - self._clock.now()
        log.warning("token_not_refreshed", account_id=account.id, reason=reason, days_left=left.days)
        if is_final or left <= dt.timedelta(0):
            await self._settle(account, {"state": "reauth_needed", "state_reason": reason}, None)
            return
        is_close = left <= TOLD
        changes = {"state": "expiring", "state_reason": reason} if is_close and account.state == "ok" else {}
        pause = (_RETRY_SOON if is_close else _RETRY) * (1 + self._rng.random() / 4)
        await self._settle(account, changes, self._clock.now() + pause)

    async def _settle(self, account: Account, changes: dict[str, Any], again_at: dt.datetime | None) -> None:
        """Pages hear of it when they would show something else than before."""
        stored = await self._accounts.settle_refresh(account, changes, refresh_at=again_at)
        if stored is not None and changes:
            self._publisher.publish(LiveEvent(stored.workspace_id, "account", stored))
