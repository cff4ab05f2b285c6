"""A real server process for tests: `instantchat run` on a free loopback port with its own data directory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """One process; `with` starts and stops it. `output` is everything it printed."""

    def __init__(
        self,
        data_dir: Path,
        *arguments: str,
        port: int | None = None,
        environment: Mapping[str, str] | None = None,
        **settings: str,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = ""
        self._command = [sys.executable, "-m", "instantchat.cli", "run", "--port", str(self.port), *arguments]
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("INSTANTCHAT_")}
        self._environment |= {
            "INSTANTCHAT_DATA_DIR": str(data_dir),
            "INSTANTCHAT_PUBLIC_URL": self.url,
            "INSTANTCHAT_LOG_LEVEL": "info",
            **{f"INSTANTCHAT_{name.upper()}": value for name, value in settings.items()},
            **(environment or {}),
        }
        self._process: subprocess.Popen[str] | None = None
        self._ready = threading.Event()
        self._ended = threading.Event()

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Return once it says that it is ready; AssertionError with its output when it does not."""
        self._ready.clear()
        self._ended.clear()
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()
        ready = self._ready.wait(_START_SECONDS)
        assert ready and not self._ended.is_set(), f"the server did not start:\n{self.output}"
        return self

    def stop(self) -> int:
        """Ask it to stop, as a supervisor does; its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End it as a power cut does."""
        return self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(20)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.output += line
            if " is ready" in line:
                self._ready.set()
        self._ended.set()
        self._ready.set()
