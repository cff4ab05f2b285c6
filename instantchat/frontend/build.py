"""Builds the pages when their sources have changed: bun and vite run, and the result is kept under `.build/pages`."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from instantchat.errors import StartRefused
from instantchat.frontend.export import REFUSED
from instantchat.frontend.plugins import installed_plugins

try:
    import fcntl
except ImportError:  # Windows: builds there are not held apart
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent.parent
_PAGES = ROOT / ".build" / "pages"
_KEPT = 4
_LOG = ROOT / ".build" / "pages.log"
_BUILT = ROOT / ".web" / "build" / "client"
_LIMIT_SECONDS = 600
_SOURCES = (
    "rxconfig.py",
    "requirements.txt",
    "reflex.lock/bun.lock",
    "assets/**/*",
    "instantchat/instantchat.py",
    "instantchat/frontend/plugin.py",
    "instantchat/ui/**/*",
    "instantchat/nodes/**/*.py",
    "instantchat/triggers/*.py",
    "instantchat/features/**/page.py",
    "instantchat/features/**/state.py",
    "instantchat/features/flows/builder/*.py",
    "instantchat/features/**/components.py",
)


def ensure_built(say: Callable[[str], None]) -> Path:
    """The folder of the pages made from the present sources, built first if there is none.

    Every build has a folder of its own, so that a server goes on with the pages it started with. Raises
    `StartRefused("pages_not_built")` with the end of the build's output when it fails, `plugin_broken` when a plug-in's
    pages cannot be loaded.
    """
    folder = _PAGES / fingerprint()[:16]
    if folder.is_dir():
        return folder
    _PAGES.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time():
        if folder.is_dir():
            return folder
        say("Building the pages (about a minute the first time; only when they have changed)")
        code = _export()
        if code != 0 or not _BUILT.is_dir():
            raise _refusal(code)
        unfinished = _PAGES / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(_BUILT, unfinished)
        unfinished.rename(folder)
        _forget_old(folder)
    return folder


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait while another process builds in this checkout."""
    with (_PAGES / "lock").open("w") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _forget_old(newest: Path) -> None:
    builds = sorted((each for each in _PAGES.iterdir() if each.is_dir()), key=lambda each: each.stat().st_mtime)
    for build in builds[:-_KEPT]:
        if build != newest:
            shutil.rmtree(build, ignore_errors=True)


def _refusal(code: int | None) -> StartRefused:
    lines = _LOG.read_text(errors="replace").rstrip().splitlines()
    if code == REFUSED:
        return StartRefused("plugin_broken", lines[-1])
    tail = "\n".join(lines[-15:])
    return StartRefused("pages_not_built", f"the pages could not be built. {_LOG} has all of it, ending with:\n{tail}")


def _export() -> int | None:
    """The exit code of the build; None when it took too long."""
    command = [sys.executable, "-m", "instantchat.frontend.export"]
    environment = os.environ | {"REFLEX_DIR": str(ROOT / ".build" / "reflex")}
    with _LOG.open("wb") as log:
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, timeout=_LIMIT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return None
    return done.returncode


def fingerprint() -> str:
    """A digest of everything the built pages depend on."""
    digest = hashlib.sha256()
    for path in sorted(set(_sources())):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    for line in installed_plugins():
        digest.update(line.encode() + b"\0")
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    external = ROOT / "assets" / "external"
    for pattern in _SOURCES:
        for path in ROOT.glob(pattern):
            if path.is_file() and "__pycache__" not in path.parts and external not in path.parents:
                yield path
