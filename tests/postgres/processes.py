"""The processes of the product beside `ServerProcess`, and waiting for what only they know."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from tests.support.server import ROOT, ServerProcess

T = TypeVar("T")


class WorkerProcess(ServerProcess):
    """`instantchat worker`; `port` is that of the server whose simulator it calls."""

    def __init__(self, data_dir: Path, port: int, **settings: str) -> None:
        super().__init__(data_dir, port=port, environment={"INSTANTCHAT_PORT": str(port)}, **settings)
        self._command = [sys.executable, "-m", "instantchat.cli", "worker"]

    def refusal(self) -> tuple[int, str]:
        """Run it where it cannot start: exit code and standard error."""
        ended = subprocess.run(
            self._command, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=30
        )
        return ended.returncode, ended.stderr


@contextlib.asynccontextmanager
async def running(*processes: ServerProcess) -> AsyncIterator[None]:
    """All of them at once, started together, stopped in the end (who was killed stays dead)."""
    started: list[ServerProcess] = []

    async def start(process: ServerProcess) -> None:
        await asyncio.to_thread(process.start)
        started.append(process)

    try:
        for refused in await asyncio.gather(*map(start, processes), return_exceptions=True):
            if refused is not None:
                raise refused
        yield
    finally:
        for process in started:
            await asyncio.to_thread(process.stop)


async def eventually(look: Callable[[], Awaitable[T | None]], what: str, seconds: float = 30.0) -> T:
    """The first answer of `look` that is neither None nor False; another process has no event to wait for."""
    until = time.monotonic() + seconds
    while not (found := await look()):
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        await asyncio.sleep(0.05)
    return found


async def seconds_to_stop(process: ServerProcess) -> float:
    """How long a SIGTERM takes; the exit code must be 0."""
    began = time.monotonic()
    code = await asyncio.to_thread(process.stop)
    assert code == 0, process.output
    return time.monotonic() - began
