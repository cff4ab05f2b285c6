"""Connecting Instagram accounts: OAuth there and back, status, disconnecting."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from random import SystemRandom

import structlog

from instantchat.channels.instagram.answers import Identity, LongToken
from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.errors import MetaRefused, MetaUnreachable, RefusalKind
from instantchat.features.auth.member import Member
from instantchat.features.connect.connected import connected, connected_account
from instantchat.features.connect.oauth_state import StateKeeper
from instantchat.features.connect.refusals import refusal
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret, Vault
from instantchat.kit.ids import new_id
from instantchat.runtime.live import LiveEvent, Publisher
from instantchat.runtime.tokens import refresh_at
from instantchat.store import records as r
from instantchat.store.ports import Store

CALLBACK_PATH = "/api/instagram/callback"
REQUIRED = frozenset({"instagram_business_basic", "instagram_business_manage_messages"})
_COMPLETE_SECONDS = 40
_UNSUBSCRIBE_SECONDS = 5
_log = structlog.get_logger(__name__)


class ConnectService:
    """Accounts of a workspace. Viewers see them; connecting and disconnecting take an admin."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        publisher: Publisher,
        instagram: InstagramClient,
        vault: Vault,
        signing_key: Secret,
        *,
        base_url: str,
        is_configured: bool = True,
    ) -> None:
        """`base_url` is the address browsers reach this server by; `is_configured` whether there is a Meta app."""
        self._accounts = store.accounts
        self._clock = clock
        self._publisher = publisher
        self._instagram = instagram
        self._vault = vault
        self._states = StateKeeper(store.accounts, clock, signing_key)
        self._redirect_uri = f"{base_url.rstrip('/')}{CALLBACK_PATH}"
        self._is_configured = is_configured

    async def begin(self, member: Member) -> str:
        """Where to send the member's browser; raises `Unavailable("not_configured")` without a Meta app."""
        member.require("admin")
        if not self._is_configured:
            raise refusal("not_configured")
        return self._instagram.authorize_url(self._redirect_uri, await self._states.issue(member))

    async def complete(
        self, member: Member, *, code: str | None, state: str | None, error: str | None = None
    ) -> r.Account:
        """The account, connected and subscribed. Every refusal has a code of `refusals`; then nothing is stored."""
        member.require("admin")
        if error:
            raise refusal("access_denied")
        await self._states.redeem(member, state)
        code = (code or "").removesuffix("#_").strip()
        if not code:
            raise refusal("code_missing")
        try:
            async with asyncio.timeout(_COMPLETE_SECONDS):
                token, identity, permissions = await self._permitted(code)
        except (TimeoutError, MetaUnreachable):
            raise refusal("instagram_unreachable") from None
        account = await self._accounts.connect(self._account(member, token, identity, permissions))
        if account is None:
            raise refusal("account_in_use")
        self._tell(account)
        return account

    async def status(self, member: Member) -> list[r.Account]:
        """All accounts of the workspace, the disconnected ones too, oldest first."""
        return await self._accounts.accounts(member.workspace_id)

    async def account(self, member: Member, account_id: str | None = None) -> r.Account:
        """A connected account, without an id the oldest; raises `NotFound("not_connected")`."""
        return await connected_account(self._accounts, member, account_id)

    async def disconnect(self, member: Member, account_id: str | None = None) -> r.Account:
        """Drop the token and stop events; without an id the only connected account is meant.

        Instagram is asked to stop deliveries, for at most 5 s: what it answers changes nothing here. Raises
        `NotFound("not_connected")` and `Invalid("account_id_needed")`.
        """
        member.require("admin")
        if account_id is None and len(await connected(self._accounts, member)) > 1:
            raise refusal("account_id_needed")
        account = await self.account(member, account_id)
        await self._unsubscribe(account)
        gone = await self._accounts.set_state(account.id, "disconnected", "Disconnected by a member.")
        if gone is None:
            raise refusal("not_connected")
        self._tell(gone)
        return gone

    async def let_go(self, workspace_id: str, accounts: Sequence[r.Account]) -> None:
        """After a workspace was deleted: ask Instagram to stop deliveries for the accounts it had, for at most 5 s.
        Nothing happens while the workspace still has them."""
        if await self._accounts.accounts(workspace_id):
            return
        await asyncio.gather(*(self._unsubscribe(each) for each in accounts if each.state != "disconnected"))

    async def _permitted(self, code: str) -> tuple[LongToken, Identity, frozenset[str]]:
        """The code's token and account, its deliveries switched on, and what the owner allowed."""
        step = "code_rejected"
        try:
            short = await self._instagram.exchange_code(code, self._redirect_uri)
            if not short.permissions >= REQUIRED:
                raise refusal("permissions_missing")
            step = "instagram_refused"
            token = await self._instagram.long_lived(short.token)
            identity = await self._instagram.me(token.token)
            step = "subscribe_failed"
            await self._instagram.subscribe(identity.ig_user_id, token.token)
        except MetaRefused as refused:
            _log.warning("instagram_connect_refused", step=step, refusal=refused.code, hint=refused.refusal.hint)
            raise refusal("app_not_known" if _is_about_app(step, refused) else step) from None
        return token, identity, short.permissions

    def _account(self, member: Member, token: LongToken, identity: Identity, permissions: frozenset[str]) -> r.Account:
        now = self._clock.now()
        expires_at = now + dt.timedelta(seconds=token.expires_in)
        return r.Account(
            id=new_id("acc"),
            workspace_id=member.workspace_id,
            user_id=member.user_id,
            ig_user_id=identity.ig_user_id,
            ig_scoped_id=identity.app_scoped_id,
            username=identity.username,
            name=identity.name,
            picture_url=identity.picture_url,
            state="ok",
            sealed_token=self._vault.seal(token.token),
            token_expires_at=expires_at,
            connected_at=now,
            refresh_at=refresh_at(now, expires_at, SystemRandom()),
            scopes=" ".join(sorted(permissions)),
        )

    async def _unsubscribe(self, account: r.Account) -> None:
        try:
            token = self._vault.open(account.sealed_token)
            async with asyncio.timeout(_UNSUBSCRIBE_SECONDS):
                await self._instagram.unsubscribe(account.ig_user_id, token)
        except (ValueError, TimeoutError, MetaRefused, MetaUnreachable) as error:
            _log.warning("instagram_unsubscribe_failed", account_id=account.id, error=type(error).__name__)

    def _tell(self, account: r.Account) -> None:
        self._publisher.publish(LiveEvent(account.workspace_id, "account", account))


def _is_about_app(step: str, refused: MetaRefused) -> bool:
    """Whether the exchange failed for the app's id, secret or address, which Instagram tells in words only."""
    return step == "code_rejected" and refused.refusal.kind is RefusalKind.UNKNOWN and bool(refused.refusal.hint)
