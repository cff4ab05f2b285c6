"""The simulator as a server of its own, so that any bot can be tested with it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from granian.constants import Interfaces
from granian.server.embed import Server

from instantchat.channels.simulator.app import create_simulator
from instantchat.errors import StartRefused
from instantchat.kit.clock import SystemClock
from instantchat.kit.crypto import Secret
from instantchat.kit.http import new_client
from instantchat.kit.keyfile import kept

APP_ID = "1000000000000001"


async def serve(
    *, host: str, port: int, deliver_to: str, data_dir: Path, ready: Callable[[Sequence[str]], None]
) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called with what to tell the bot once it listens.

    Raises `StartRefused` for a webhook address that is none, or a data directory that cannot be written.
    """
    if urlsplit(deliver_to).scheme not in ("http", "https") or not urlsplit(deliver_to).hostname:
        raise StartRefused("bad_address", f"--deliver-to must be an http or https address, not {deliver_to!r}.")
    app_secret, meta_secret, verify_token = (
        kept(data_dir, name, lambda: secrets.token_hex(16)) for name in ("app_secret", "meta_secret", "verify_token")
    )
    url = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0', '::', '::1') else host}:{port}"  # noqa: S104
    async with new_client() as http:
        app = create_simulator(
            data_dir=data_dir,
            public_url=url,
            deliver_to=deliver_to,
            clock=SystemClock(),
            http=http,
            app_id=APP_ID,
            app_secret=Secret(app_secret),
            facebook_app_secret=Secret(meta_secret),
            verify_token=Secret(verify_token),
        )
        server = Server(app, address=host, port=port, interface=Interfaces.ASGI, log_enabled=False)
        serving = asyncio.create_task(server.serve())
        try:
            async with _stop_signal() as stopped:
                await _listening(host, port, serving)
                ready(_told(url, deliver_to, app_secret, meta_secret, verify_token))
                await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
            await app.state.simulator.stop()
        finally:
            server.stop()  # type: ignore[no-untyped-call]
            await serving


def _told(url: str, deliver_to: str, app_secret: str, meta_secret: str, verify_token: str) -> list[str]:
    meta = f"{url}/simulator/meta"
    return [
        f"The Instagram simulator is ready on {url}/simulator",
        f"  webhooks go to   {deliver_to}",
        f"  Graph API        {meta}",
        f"  authorize page   {meta}/oauth/authorize",
        f"  code exchange    {meta}/oauth/access_token",
        f"  script API       {url}/simulator/api",
        f"  app id           {APP_ID}",
        f"  app secret       {app_secret}",
        f"  Meta app secret  {meta_secret}",
        f"  verify token     {verify_token}",
    ]


@contextlib.asynccontextmanager
async def _stop_signal() -> AsyncIterator[asyncio.Future[None]]:
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[None] = loop.create_future()

    def stop() -> None:
        if not stopped.done():
            stopped.set_result(None)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield stopped
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _listening(host: str, port: int, serving: asyncio.Task[None]) -> None:
    to = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    async with asyncio.timeout(30):
        while not serving.done():
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(to, port)
                writer.close()
                return
            await asyncio.sleep(0.02)  # the server has no event for "listening"
    serving.result()
