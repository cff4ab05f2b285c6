"""Keys that are made on first use and kept in the data directory."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from instantchat.errors import StartRefused

_SHORTEST = 32


def kept(folder: Path, name: str, make: Callable[[], str]) -> str:
    """A value made on first use and kept, readable by the owner only, in the data directory.

    The file appears with its whole content or not at all: no process ever reads half a key, or an empty one.
    """
    path = folder / "keys" / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _write_once(path, make())
        value = path.read_text().strip()
    except OSError as error:
        raise StartRefused(
            "data_dir_unwritable",
            f"The data directory {folder} cannot be written ({error.strerror}). "
            f"Make it writable, or set INSTANTCHAT_DATA_DIR to another folder.",
        ) from None
    if len(value) < _SHORTEST:
        raise StartRefused(
            "bad_key", f"{path} holds no key. Put the one from your backup back, or delete the file to have a new one."
        )
    return value


def _write_once(path: Path, value: str) -> None:
    """Create the file unless another process was faster."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
