"""The OAuth `state`: signed, single-use, 10 minutes, bound to the member who began (RFC 6749 section 10.12)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import jwt

from instantchat.features.auth.member import Member
from instantchat.features.connect.refusals import refusal
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret
from instantchat.kit.ids import new_token
from instantchat.store.ports import AccountStore

LIFETIME = dt.timedelta(minutes=10)
_PURPOSE = "instagram_connect"


class StateKeeper:
    """Issues states and takes each back once."""

    def __init__(self, accounts: AccountStore, clock: Clock, signing_key: Secret) -> None:
        self._accounts = accounts
        self._clock = clock
        self._key = signing_key

    async def issue(self, member: Member) -> str:
        """A state for this member's next ten minutes."""
        nonce, expires_at = new_token(), self._clock.now() + LIFETIME
        await self._accounts.put_nonce(nonce, member.user_id, expires_at)
        claims = {"aud": _PURPOSE, "sub": member.user_id, "jti": nonce, "exp": int(expires_at.timestamp())}
        return jwt.encode(claims, self._key.reveal(), algorithm="HS256")

    async def redeem(self, member: Member, state: str | None) -> None:
        """Raises `Forbidden` (`state_missing`, `state_invalid`, `state_expired`, `state_other_member`, `state_used`)
        unless `issue` made it for this member and nobody used it yet."""
        if not state:
            raise refusal("state_missing")
        claims = self._read(state)
        if claims["sub"] != member.user_id:
            raise refusal("state_other_member")
        now = self._clock.now()
        if now.timestamp() >= claims["exp"]:
            raise refusal("state_expired")
        if not await self._accounts.take_nonce(claims["jti"], member.user_id, now):
            raise refusal("state_used")

    def _read(self, state: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                state,
                self._key.reveal(),
                algorithms=["HS256"],
                audience=_PURPOSE,
                options={"verify_exp": False, "require": ["sub", "jti", "exp", "aud"]},  # the Clock decides, not ours
            )
        except jwt.InvalidTokenError:
            raise refusal("state_invalid") from None
        return claims
