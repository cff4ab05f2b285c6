"""One port for everything: pages, API, webhooks, realtime and the simulator behind one dispatching ASGI application.

The process is ours and the server is embedded in it, so a start that must be refused ends with a sentence, not with a
restarting worker. Nothing here imports Reflex unless pages are served.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.types import ASGIApp, Receive, Scope, Send

from instantchat import assembly as parts
from instantchat.api.address import header, is_own_origin
from instantchat.api.problems import problem_response
from instantchat.assembly import Assembly
from instantchat.config import Settings
from instantchat.errors import Forbidden

_STOP_SECONDS = 8
_FOREIGN = problem_response(Forbidden("bad_origin", "This request came from a page of another site."))


async def serve(settings: Settings, *, pages: Path | None, worker: bool, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, then stop within 10 s; `pages` is the folder of the built ones.

    Raises `StartRefused`; calls `ready` once listening.
    """
    assembly = await parts.open_assembly(settings, worker=worker)
    try:
        server = Server(
            create_app(assembly, pages=pages),
            address=settings.listen_host,
            port=settings.port,
            interface=Interfaces.ASGI if pages else Interfaces.ASGINL,
            backlog=1024,
            log_enabled=False,
        )
        server.workers_kill_timeout = _STOP_SECONDS
        serving = asyncio.create_task(server.serve())
        try:
            async with _stop_signal() as stopped:
                await _listening(settings, serving)
                await assembly.start()
                _settle_memory()
                ready()
                await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
            await assembly.stop()
        finally:
            server.stop()  # type: ignore[no-untyped-call]
            await serving
    finally:
        await assembly.close()


async def work(settings: Settings, *, ready: Callable[[], None]) -> None:
    """Run the worker alone until SIGINT or SIGTERM."""
    assembly = await parts.open_assembly(settings, worker=True, serves=False)
    try:
        async with _stop_signal() as stopped:
            await assembly.start()
            _settle_memory()
            ready()
            await stopped
        await assembly.stop()
    finally:
        await assembly.close()


def create_app(assembly: Assembly, *, pages: Path | None) -> ASGIApp:
    """The application: requests go by path to the API, the sockets, the simulator or the pages."""
    from instantchat.api.app import build_api
    from instantchat.realtime.server import build_realtime

    api = build_api(assembly)
    realtime = build_realtime(assembly)
    simulator = assembly.simulator
    site = _site(assembly, pages) if pages else api

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await site(scope, receive, send)
            return
        path: str = scope["path"]
        if path.startswith(("/api/", "/webhook/")) or path in {"/api", "/metrics"}:
            await api(scope, receive, send)
        elif path.startswith("/socket.io"):
            await realtime(scope, receive, send)
        elif simulator is not None and (path == "/simulator" or path.startswith("/simulator/")):
            await (_FOREIGN if _is_foreign_write(scope) else simulator)(scope, receive, send)
        else:
            await site(scope, receive, send)

    return dispatch


def _is_foreign_write(scope: Scope) -> bool:
    """Whether a page of another site makes a developer's browser write to the simulator, which asks for no sign-in."""
    origin = header(scope, b"origin")
    return bool(origin) and scope["method"] != "GET" and not is_own_origin(origin, header(scope, b"host"), ())


def _site(assembly: Assembly, pages: Path) -> ASGIApp:
    from instantchat.frontend.site import build_site

    return build_site(assembly, pages)


def _settle_memory() -> None:
    """What the start has made stays to the end: the garbage collector need not go through it over and over again, which
    was a seventh of all CPU time under load."""
    gc.collect()
    gc.freeze()


@contextlib.asynccontextmanager
async def _stop_signal() -> Any:
    """A future that is done once the process is asked to stop."""
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


async def _listening(settings: Settings, serving: asyncio.Task[None]) -> None:
    """Return once the port accepts connections; raises what `serving` raised when it ended instead."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.listen_host, settings.listen_host)  # noqa: S104
    async with asyncio.timeout(30):
        while True:
            if serving.done():
                serving.result()
                raise RuntimeError("the server ended before it was told to")
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(host, settings.port)
                writer.close()
                return
            await asyncio.sleep(0.02)  # the server has no event for "listening"
