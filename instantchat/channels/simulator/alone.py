"""The simulator as a server of its own, so that any bot can be tested with it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
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
from instantchat.kit.serving import listening, stop_signal

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
            async with stop_signal() as stopped:
                await listening(host, port, serving)
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
