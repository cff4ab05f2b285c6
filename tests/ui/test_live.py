"""Live updates of pages: told once however much happens, and told again after something was missed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from instantchat.kit.clock import ManualClock
from instantchat.realtime.hub import BACKLOG, Hub
from instantchat.runtime.live import LiveEvent, LiveKind, Notification
from instantchat.ui.live import changed
from tests.ui.conftest import Assembly


def tell(hub: Hub, kind: LiveKind, workspace_id: str = "wsp_1") -> None:
    hub.publish(LiveEvent(workspace_id, kind, Notification("info", "x", "x")))


async def told(news: object, seconds: float = 0.05) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await anext(news)  # type: ignore[call-overload]
    except TimeoutError:
        return False
    return True


class TestChanged:
    async def test_tells_of_the_kinds_asked_for(self, parts: Assembly) -> None:
        parts.hub = Hub(ManualClock())
        async with aclosing(changed("wsp_1", {"message"}, at_most_every=0)) as news:
            waiting = asyncio.create_task(anext(news))
            await asyncio.sleep(0)
            tell(parts.hub, "run")
            tell(parts.hub, "message", "wsp_2")
            await asyncio.sleep(0)
            assert not waiting.done()
            tell(parts.hub, "message")
            await asyncio.wait_for(waiting, 1)

    async def test_many_events_are_one_piece_of_news(self, parts: Assembly) -> None:
        parts.hub = Hub(ManualClock())
        async with aclosing(changed("wsp_1", {"message"}, at_most_every=0)) as news:
            waiting = asyncio.create_task(anext(news))
            await asyncio.sleep(0)
            for _ in range(50):
                tell(parts.hub, "message")
            await asyncio.wait_for(waiting, 1)
            assert not await told(news)

    async def test_missed_events_count_as_news(self, parts: Assembly) -> None:
        parts.hub = Hub(ManualClock())
        async with aclosing(changed("wsp_1", {"message"}, at_most_every=0)) as news:
            waiting = asyncio.create_task(anext(news))
            await asyncio.sleep(0)
            for _ in range(BACKLOG + 1):
                tell(parts.hub, "run")
            await asyncio.wait_for(waiting, 1)
