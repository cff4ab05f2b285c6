"""Limits of single kinds of messages, such as media or private replies: who may go now, and when the others may."""

from __future__ import annotations

from collections import OrderedDict, deque

_ACCOUNTS_KEPT = 1_000
_GIVEN_KEPT = 50_000


class Slots:
    """At most `limit` (0: any number) of one account in any `seconds`, in this process, since its start.

    Whoever asks too early is given a slot, which is theirs when they ask again at that time.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._taken: OrderedDict[str, deque[float]] = OrderedDict()
        self._given: OrderedDict[str, float] = OrderedDict()

    def wait(self, account_id: str, message_id: str, now: float) -> float:
        """Seconds until the message may go, by a clock that reads `now`; 0 takes its place."""
        if not self._limit:
            return 0.0
        slot = self._given.get(message_id)
        if slot is None:
            slot = now + self.take(account_id, now)
            self._given[message_id] = slot
            while len(self._given) > _GIVEN_KEPT:
                self._given.popitem(last=False)
        return max(0.0, slot - now)

    def take(self, account_id: str, now: float) -> float:
        """Seconds until the next free slot, which is the caller's from now on."""
        if not self._limit:
            return 0.0
        taken = self._taken.setdefault(account_id, deque(maxlen=self._limit))
        self._taken.move_to_end(account_id)
        if len(self._taken) > _ACCOUNTS_KEPT:
            self._taken.popitem(last=False)
        is_full = len(taken) == self._limit
        slot = max(now, taken[-1] if taken else now, taken[0] + self._seconds if is_full else now)
        taken.append(slot)
        return slot - now
