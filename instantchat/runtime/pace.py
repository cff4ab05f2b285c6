"""How many messages an account may send now: a token bucket for each, so that no second sees more than the limit."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

from instantchat.channels.instagram.answers import Usage

SLOW_PERCENT = 80
STOP_PERCENT = 95
STOP_SECONDS = 60.0
_KEPT = 10_000


class Pace:
    """`limit` messages per account and second; 0 is none.

    A tenth of the limit may go out at once, and the rest flows in: over any second no more than `limit`.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._burst = max(1, limit // 10)
        self._rate = max(limit - self._burst, limit / 2)
        self._tokens: dict[str, tuple[float, float]] = {}
        self._blocked: dict[str, float] = {}

    def block(self, account_id: str, seconds: float) -> None:
        """Instagram throttles the account: nothing for a while."""
        self._blocked[account_id] = max(self._blocked.get(account_id, 0.0), monotonic() + seconds)

    def heed(self, account_id: str, usage: Usage) -> None:
        """What Instagram says of its limits: from 80 % on the account pauses after each answer, longer the less is left
        (a second at 95 %), and from 95 % on it stops until calls are possible again, a minute at least."""
        if usage.percent >= STOP_PERCENT:
            self.block(account_id, max(usage.regain_seconds, STOP_SECONDS))
        elif usage.percent >= SLOW_PERCENT:
            self.block(account_id, (usage.percent - SLOW_PERCENT + 1) / (STOP_PERCENT - SLOW_PERCENT + 1))

    def is_blocked(self, account_id: str) -> bool:
        """Whether nothing of the account may go out now."""
        return self._blocked.get(account_id, 0.0) > monotonic()

    def spend(self, account_ids: Iterable[str]) -> None:
        """One message of each was claimed (an account may come several times)."""
        if not self._limit:
            return
        now = monotonic()
        for account_id in account_ids:
            self._tokens[account_id] = (self._left(account_id, now) - 1, now)

    def allowance(self) -> tuple[int, set[str], float | None]:
        """What one claim may take: at most so many of each account, none of those excluded, and the seconds after which
        an excluded one may go on (None: none is excluded)."""
        now = monotonic()
        self._forget(now)
        waits = {account_id: until - now for account_id, until in self._blocked.items()}
        per_account = self._burst if self._limit else 1_000_000
        for account_id in self._tokens if self._limit else ():
            left = self._left(account_id, now)
            if left < 1:
                waits[account_id] = max(waits.get(account_id, 0.0), (1 - left) / self._rate)
            elif account_id not in waits:
                per_account = min(per_account, int(left))
        return per_account, set(waits), min(waits.values(), default=None)

    def _left(self, account_id: str, now: float) -> float:
        left, at = self._tokens.get(account_id, (float(self._burst), now))
        return min(float(self._burst), left + (now - at) * self._rate)

    def _forget(self, now: float) -> None:
        """Buckets that are full again, and blocks that are over."""
        self._blocked = {account_id: until for account_id, until in self._blocked.items() if until > now}
        if self._limit:
            self._tokens = {key: value for key, value in self._tokens.items() if self._left(key, now) < self._burst}
        if len(self._tokens) > _KEPT:
            self._tokens.clear()
