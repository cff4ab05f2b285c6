"""The product and Instagram, two real processes that know each other by HTTP alone; only the product is ever killed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from instantchat.channels.simulator.alone import APP_ID
from instantchat.kit.crypto import new_key
from tests.postgres.owner import Owner, signed_up
from tests.support.process import Child
from tests.support.server import ServerProcess, free_port

ANSWER_SECONDS = 30.0


class Instagram:
    """The simulator, as its script API shows it."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url = url
        self.http = http

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """A script call; fails the run on a refusal."""
        answer = await self.http.request(method, f"{self.url}/simulator/api/{path}", json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


@contextlib.asynccontextmanager
async def staged(data_dir: Path, **settings: str) -> AsyncIterator[tuple[ServerProcess, Instagram, Owner]]:
    """A connected account, without flows; `settings` are the product's."""
    port, meta_port = free_port(), free_port()
    meta_dir = data_dir / "meta"
    hook = f"http://127.0.0.1:{port}/api/webhook/instagram"
    meta = Child(
        [
            "-m",
            "instantchat.cli",
            "simulator",
            "--port",
            str(meta_port),
            "--deliver-to",
            hook,
            "--data-dir",
            str(meta_dir),
        ]
    )
    await asyncio.to_thread(meta.start)
    try:
        server = _product(data_dir, port, f"http://127.0.0.1:{meta_port}", {**_keys(meta_dir), **settings})
        await asyncio.to_thread(server.start)
        try:
            async with (
                httpx.AsyncClient(timeout=ANSWER_SECONDS, limits=httpx.Limits(max_connections=64)) as http,
                signed_up(server.url) as owner,
            ):
                instagram = Instagram(f"http://127.0.0.1:{meta_port}", http)
                await _connect(owner, instagram)
                yield server, instagram, owner
        finally:
            await asyncio.to_thread(server.stop)
    finally:
        await asyncio.to_thread(meta.stop)


def _keys(meta_dir: Path) -> dict[str, str]:
    names = {"meta_app_secret": "app_secret", "meta_verify_token": "verify_token"}
    return {setting: (meta_dir / "keys" / name).read_text().strip() for setting, name in names.items()}


def _product(data_dir: Path, port: int, meta_url: str, settings: Mapping[str, str]) -> ServerProcess:
    graph = f"{meta_url}/simulator/meta"
    return ServerProcess(
        data_dir,
        "--api-only",
        port=port,
        environment=None,
        encryption_keys=new_key(),
        secret_key="chaos " * 8,
        meta_app_id=APP_ID,
        graph_url=graph,
        oauth_authorize_url=f"{graph}/oauth/authorize",
        oauth_token_url=f"{graph}/oauth/access_token",
        simulator="false",
        rate_limit_api="1000000/60",
        log_level="warning",
        **settings,
    )


async def _connect(owner: Owner, instagram: Instagram) -> None:
    """As `Owner.connect`, at an Instagram of another address."""
    owner.ig_id = (await instagram.ask("GET", "accounts"))["data"][0]["id"]
    page = (await owner.http.get("/api/instagram/connect")).json()["authorizeUrl"]
    allowed = await instagram.http.post(page, data={"action": "allow", "account": owner.ig_id})
    done = await owner.http.get(allowed.headers["location"])
    assert done.headers["location"].endswith("connected=1"), done.headers["location"]
