"""How big media are, asked of a real HTTP server before they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web

from instantchat.kit.clock import ManualClock
from instantchat.kit.guard import GuardedClient
from instantchat.runtime.media_sizes import MediaSizes
from tests.runtime.conftest import Stage

MB = 1024 * 1024


class Files:
    """A web server with files of any size: `/9.png` is one of 9 MB; `asked` are the requests it got."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        name = request.path.strip("/").rpartition(".")[0]
        if not name.isdigit():
            return web.Response(status=404)
        response = web.StreamResponse(headers={"Content-Length": str(int(name) * MB)})
        await response.prepare(request)
        return response


@pytest.fixture
async def files() -> AsyncIterator[Files]:
    made, app = Files(), web.Application()
    app.router.add_route("*", "/{name}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def guard() -> AsyncIterator[GuardedClient]:
    client = GuardedClient(["127.0.0.0/8"])
    yield client
    await client.close()


class TestRefusal:
    @pytest.mark.parametrize(
        ("kind", "name", "sentence"),
        [
            ("image", "8.png", None),
            ("image", "9.png", "Pictures can have 8 MB; this has 9.0 MB."),
            ("video", "25.mp4", None),
            ("video", "26.mp4", "Videos can have 25 MB; this has 26.0 MB."),
            ("file", "40.pdf", "Files can have 25 MB; this has 40.0 MB."),
            ("like_heart", "99.png", None),
            ("image", "missing.png", None),
        ],
    )
    async def test_is_by_kind(
        self, files: Files, guard: GuardedClient, kind: str, name: str, sentence: str | None
    ) -> None:
        sizes = MediaSizes(guard, ManualClock())
        assert await sizes.refusal([{"type": kind, "url": f"{files.url}/{name}"}]) == sentence

    async def test_is_of_the_first_that_is_too_big(self, files: Files, guard: GuardedClient) -> None:
        media = [{"type": "image", "url": f"{files.url}/{size}.png"} for size in (1, 10, 12)]
        assert await MediaSizes(guard, ManualClock()).refusal(media) == "Pictures can have 8 MB; this has 10.0 MB."

    async def test_asks_once_in_ten_minutes_and_fetches_nothing(self, files: Files, guard: GuardedClient) -> None:
        clock = ManualClock()
        sizes, media = MediaSizes(guard, clock), [{"type": "image", "url": f"{files.url}/1.png"}]
        for seconds in (0, 599, 1):
            clock.advance(seconds)
            assert await sizes.refusal(media) is None
        assert files.asked == ["HEAD /1.png"] * 2

    async def test_goes_nowhere_that_is_off_limits(self, files: Files) -> None:
        client = GuardedClient()
        media = [{"type": "image", "url": f"{files.url}/9.png"}, {"type": "image", "url": "nonsense"}]
        assert await MediaSizes(client, ManualClock()).refusal(media) is None
        assert files.asked == []
        await client.close()


class TestSend:
    async def test_of_media_that_are_too_big_is_refused_before_the_call(
        self, stage: Stage, files: Files, guard: GuardedClient
    ) -> None:
        await stage.say("hello")
        await stage.work()
        (heard,) = await stage.messages()
        media = [{"type": "image", "url": f"{files.url}/9.png"}]
        queued = replace(
            heard, id="msg_z", direction="out", sender_kind="member", text="", attachments=media, mid=None,
            status="queued",
        )  # fmt: skip
        await stage.store.inbox.enqueue(queued, None)
        stage.outbox = stage.new_outbox(sizes=MediaSizes(guard, stage.clock))
        await stage.send()
        (_, sent) = await stage.messages()
        assert (sent.status, sent.error_code) == ("rejected", "media_size")
        assert sent.error_text == "Instagram does not take this file. Pictures can have 8 MB; this has 9.0 MB."
        assert stage.instagram.sent == []
