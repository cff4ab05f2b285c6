"""How big media are, as their servers say, before Instagram is asked to fetch them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import OrderedDict
from collections.abc import Sequence

from instantchat.engine.media import too_big
from instantchat.kit.clock import Clock
from instantchat.kit.guard import CallFailed, GuardedClient
from instantchat.store.records import Json

ASK_SECONDS = 3.0
KEPT_FOR = dt.timedelta(minutes=10)
_KEPT = 1_000


class MediaSizes:
    """Asks with a HEAD request, through the guard, once in ten minutes for an address. A server that does not say it in
    three seconds, or at all, stands in nobody's way: Instagram will judge."""

    def __init__(self, http: GuardedClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._known: OrderedDict[str, tuple[int | None, dt.datetime]] = OrderedDict()

    async def refusal(self, attachments: Sequence[Json]) -> str | None:
        """Why Instagram would refuse the first of these that is too big, as a sentence."""
        media = [(str(each.get("type")), str(each.get("url") or "")) for each in attachments]
        sizes = await asyncio.gather(*(self._size(url) for _, url in media))
        found = (too_big(kind, size) for (kind, _), size in zip(media, sizes, strict=True) if size is not None)
        return next(filter(None, found), None)

    async def _size(self, url: str) -> int | None:
        if not url:
            return None
        known = self._known.get(url)
        if known is None or known[1] <= self._clock.now():
            known = await self._ask(url), self._clock.now() + KEPT_FOR
            self._known[url] = known
            self._known.move_to_end(url)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return known[0]

    async def _ask(self, url: str) -> int | None:
        try:
            answer = await self._http.call("HEAD", url, headers={}, body=None, timeout=ASK_SECONDS)
        except CallFailed:
            return None
        return answer.length if answer.status == 200 else None
