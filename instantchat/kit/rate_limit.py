"""Rate limits kept in this process: so many in so many seconds, per key, in bounded memory.

The generic cell rate algorithm: one number per key, the moment at which its bucket is full again. A burst of `count` is
let through at once, after it one every `seconds / count`.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict

from instantchat.errors import TooManyRequests
from instantchat.kit.clock import Clock


class RateLimit:
    """At most `count` in `seconds` for each key; remembers the `keys` most recently seen."""

    def __init__(self, clock: Clock, count: int, seconds: float, *, keys: int = 50_000) -> None:
        self._clock = clock
        self._start = clock.now()  # seconds since then are small, and exact where those since 1970 are not
        self._gap = seconds / count if count else math.inf
        self._window = seconds
        self._keys = keys
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str, message: str = "Too many requests.") -> None:
        """Count one. Raises `TooManyRequests` (`rate_limited`) and the seconds to wait; the refused do not count."""
        wait = self._wait(key)
        if wait:
            seconds = "a second" if wait == 1 else f"{wait} seconds"
            raise TooManyRequests("rate_limited", f"{message} Try again in {seconds}.", retry_after=wait)

    def forget(self, key: str) -> None:
        """Start over for a key, as after a sign-in that succeeded."""
        self._full_at.pop(key, None)

    def _wait(self, key: str) -> int:
        """0 when the key may go on, counted; otherwise the whole seconds until it may."""
        now = (self._clock.now() - self._start).total_seconds()
        if math.isinf(self._gap):
            return math.ceil(self._window)
        full_at = max(self._full_at.get(key, now), now) + self._gap
        early = full_at - now - self._window
        if early > 1e-6:
            return math.ceil(early)
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        while len(self._full_at) > self._keys:
            self._full_at.popitem(last=False)
        return 0


def limit_key(address: str) -> str:
    """What an address counts as: itself, or for IPv6 the /64 that one subscriber has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return address
