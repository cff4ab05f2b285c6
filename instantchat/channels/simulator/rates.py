"""Calls counted per account, refused over the limit, and shown in the usage headers (`instagram-api.md` 4.4)."""

from __future__ import annotations

import json
from typing import Literal

from instantchat.channels.simulator.faults import Faults
from instantchat.channels.simulator.refusals import GraphRefusal

Kind = Literal["text", "media", "conversations", "private", "thread", "platform", "business"]
_HOUR = 3600.0
_PERIODS: dict[Kind, float] = {"private": _HOUR, "platform": _HOUR, "business": 24 * _HOUR}  # else a second
_SHOWN: tuple[Kind, ...] = ("text", "media", "private", "business")


class Rates:
    """In memory, by whole seconds (private replies: whole hours) of the simulator's time."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._counts: dict[tuple[str, Kind], tuple[int, int]] = {}

    def take(self, user_id: str, kind: Kind, now: float) -> None:
        """Count one call; over the limit it raises 613/2534040 with the headers that say how long."""
        if self._is_over(user_id, kind, now):
            message = "Calls to this api have exceeded the rate limit."
            subcode = None if kind == "conversations" else 2534040
            raise GraphRefusal(613, message, subcode=subcode, headers=self.headers(user_id, now))

    def call(self, user_id: str, now: float, *, is_send: bool) -> None:
        """Count a Graph call of any kind for the platform's limit (4), and one that sends nothing for the limit of the
        business use case (80002)."""
        if self._is_over("", "platform", now):
            raise GraphRefusal(4, "(#4) Application request limit reached", headers=self.headers(user_id, now))
        if not is_send and self._is_over(user_id, "business", now):
            message = "There have been too many calls to this Instagram account. Wait a bit and try again."
            raise GraphRefusal(80002, message, headers=self.headers(user_id, now))

    def headers(self, user_id: str, now: float) -> dict[str, str]:
        """`X-App-Usage` and `X-Business-Use-Case-Usage`: percentages of the fullest limit but that of
        reading conversations."""
        shares = {kind: self._share(user_id, kind, now) for kind in _SHOWN}
        full = [_length(kind) for kind, share in shares.items() if share >= 100 and kind in _PERIODS]
        wait = max((length - now % length for length in full), default=0) / 60
        percent = int(max(shares.values()))
        platform = max(percent, int(self._share("", "platform", now)))
        detail = {"type": "instagram", **_usage(percent), "estimated_time_to_regain_access": int(wait)}
        by_account = {user_id: [detail]}
        return {"X-App-Usage": json.dumps(_usage(platform)), "X-Business-Use-Case-Usage": json.dumps(by_account)}

    def _is_over(self, whose: str, kind: Kind, now: float) -> bool:
        """Count one; whether that is more than the limit."""
        limit, period = self._limit(kind), int(now // _length(kind))
        begun, count = self._counts.get((whose, kind), (period, 0))
        count = count + 1 if begun == period else 1
        self._counts[whose, kind] = (period, count)
        return bool(limit) and count > limit

    def _share(self, user_id: str, kind: Kind, now: float) -> float:
        limit, (begun, count) = self._limit(kind), self._counts.get((user_id, kind), (0, 0))
        return 100.0 * count / limit if limit and begun == int(now // _length(kind)) else 0.0

    def _limit(self, kind: Kind) -> int:
        return {
            "text": self._faults.text_per_second,
            "media": self._faults.media_per_second,
            "conversations": self._faults.conversations_per_second,
            "private": self._faults.private_replies_per_hour,
            "thread": self._faults.thread_per_second,
            "platform": self._faults.calls_per_hour,
            "business": self._faults.business_calls_per_day,
        }[kind]


def _length(kind: Kind) -> float:
    return _PERIODS.get(kind, 1.0)


def _usage(percent: int) -> dict[str, int]:
    return {"call_count": percent, "total_cputime": percent // 4, "total_time": percent // 4}
