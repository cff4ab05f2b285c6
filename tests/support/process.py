"""A Python child process that says `is ready` on its standard output."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_END_SECONDS = 20


class Child:
    """`python <arguments>` in the repository's root."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._command = [sys.executable, *arguments]
        self._environment = {**os.environ, **(environment or {})}
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Return once it is ready; RuntimeError when it ends before."""
        self.process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "is ready" in line:
                return
        raise RuntimeError(f"{' '.join(self._command[1:4])} ended with {self.process.wait(_END_SECONDS)}")

    def read(self) -> str:
        """What it still prints, until it ends."""
        assert self.process is not None and self.process.stdout is not None
        return self.process.stdout.read()

    def stop(self) -> None:
        """Ask it to end, and make it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(_END_SECONDS)
