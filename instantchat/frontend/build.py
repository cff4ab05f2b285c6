"""Builds the pages when their sources have changed: bun and vite run once, and the result is kept in `.build/pages`."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from instantchat.errors import StartRefused

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ROOT / ".build" / "pages"
_STAMP = ROOT / ".build" / "pages.stamp"
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
    "instantchat/features/**/components.py",
)


def ensure_built(say: Callable[[str], None]) -> None:
    """Build the pages unless those on disk were made from the present sources.

    The pages that were there stay until the new ones are complete. Raises `StartRefused("pages_not_built")` with the
    end of the build's output when it fails.
    """
    wanted = fingerprint()
    if PAGES.is_dir() and _STAMP.exists() and _STAMP.read_text() == wanted:
        return
    say("Building the pages (about a minute the first time; only when they have changed)")
    _LOG.parent.mkdir(parents=True, exist_ok=True)
    if not _export():
        tail = "\n".join(_LOG.read_text(errors="replace").splitlines()[-15:])
        raise StartRefused(
            "pages_not_built", f"the pages could not be built. {_LOG} has all of it, ending with:\n{tail}"
        )
    _STAMP.unlink(missing_ok=True)
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(_BUILT, PAGES)
    _STAMP.write_text(wanted)


def _export() -> bool:
    command = [sys.executable, "-m", "instantchat.frontend.export"]
    environment = os.environ | {"REFLEX_DIR": str(ROOT / ".build" / "reflex")}
    with _LOG.open("wb") as log:
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, timeout=_LIMIT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0 and _BUILT.is_dir()


def fingerprint() -> str:
    """A digest of everything the built pages depend on."""
    digest = hashlib.sha256()
    for path in sorted(set(_sources())):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    external = ROOT / "assets" / "external"
    for pattern in _SOURCES:
        for path in ROOT.glob(pattern):
            if path.is_file() and "__pycache__" not in path.parts and external not in path.parents:
                yield path
