"""One port for everything: pages, API, webhooks, realtime and the simulator behind one dispatching ASGI application.

The process is ours and the server is embedded in it, so a start that must be refused ends with a sentence, not with a
restarting worker. Nothing here imports Reflex unless pages are served.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.types import ASGIApp, Receive, Scope, Send

from instantchat import assembly as parts
from instantchat.api.address import header, is_own_origin
from instantchat.api.problems import problem_response
from instantchat.assembly import Assembly
from instantchat.config import Settings
from instantchat.errors import Forbidden
from instantchat.kit.serving import listening, stop_signal

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
            async with stop_signal() as stopped:
                await listening(settings.listen_host, settings.port, serving)
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
        async with stop_signal() as stopped:
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
