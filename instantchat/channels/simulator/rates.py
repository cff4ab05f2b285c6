"""Calls counted per account, refused over the limit, and shown in the usage headers (`instagram-api.md` 4.4)."""

from __future__ import annotations

import json
from typing import Literal

from instantchat.channels.simulator.faults import Faults
from instantchat.channels.simulator.refusals import GraphRefusal

Kind = Literal["text", "media", "conversations", "private"]
_HOUR = 3600.0


class Rates:
    """In memory, by whole seconds (private replies: whole hours) of the simulator's time."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._counts: dict[tuple[str, Kind], tuple[int, int]] = {}

    def take(self, user_id: str, kind: Kind, now: float) -> None:
        """Count one call; over the limit it raises 613/2534040 with the headers that say how long."""
        limit, period = self._limit(kind), int(now // _length(kind))
        begun, count = self._counts.get((user_id, kind), (period, 0))
        count = count + 1 if begun == period else 1
        self._counts[user_id, kind] = (period, count)
        if limit and count > limit:
            message = "Calls to this api have exceeded the rate limit."
            subcode = None if kind == "conversations" else 2534040
            raise GraphRefusal(613, message, subcode=subcode, headers=self.headers(user_id, now))

    def headers(self, user_id: str, now: float) -> dict[str, str]:
        """`X-App-Usage` and `X-Business-Use-Case-Usage`: percentages of the fullest limit of sends."""
        shares = {kind: self._share(user_id, kind, now) for kind in ("text", "media", "private")}
        percent = int(max(shares.values()))
        wait = (_HOUR - now % _HOUR) / 60 if shares["private"] >= 100 else 0
        usage = {"call_count": percent, "total_cputime": percent // 4, "total_time": percent // 4}
        detail = {"type": "instagram", **usage, "estimated_time_to_regain_access": int(wait)}
        return {"X-App-Usage": json.dumps(usage), "X-Business-Use-Case-Usage": json.dumps({user_id: [detail]})}

    def _share(self, user_id: str, kind: Kind, now: float) -> float:
        limit, (begun, count) = self._limit(kind), self._counts.get((user_id, kind), (0, 0))
        return 100.0 * count / limit if limit and begun == int(now // _length(kind)) else 0.0

    def _limit(self, kind: Kind) -> int:
        return {
            "text": self._faults.text_per_second,
            "media": self._faults.media_per_second,
            "conversations": self._faults.conversations_per_second,
            "private": self._faults.private_replies_per_hour,
        }[kind]


def _length(kind: Kind) -> float:
    return _HOUR if kind == "private" else 1.0
