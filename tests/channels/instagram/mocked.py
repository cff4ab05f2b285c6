"""The product's client in front of a Meta that a test plays."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from instantchat.channels.instagram.client import InstagramClient
from instantchat.kit.crypto import Secret


def client_of(handle: Callable[[httpx.Request], httpx.Response]) -> InstagramClient:
    """Its calls are answered by `handle`."""
    return InstagramClient(
        httpx.AsyncClient(transport=httpx.MockTransport(handle)),
        graph_url="https://graph.test",
        graph_version="v25.0",
        authorize_url="",
        token_url="",
        app_id="1",
        app_secret=Secret("s"),
    )
