"""What the built pages depend on beside our own sources: the plug-ins that are installed, and their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from instantchat.kit.discovery import GROUPS

_SOURCES = frozenset({".py", ".js", ".jsx", ".ts", ".tsx", ".css"})


def installed_plugins() -> list[str]:
    """A line for each entry point of our groups, with its distribution's version, and one for each source file of the
    packages they are in, with its digest; sorted. Imports nothing, so it works for a plug-in that is broken too."""
    entries = [entry for group in GROUPS for entry in entry_points(group=group)]
    packages = {entry.module.partition(".")[0] for entry in entries}
    files = {path for package in packages for path in _files_of(package)}
    digests = (f"{path}\t{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files)
    return sorted([*map(_line, entries), *digests])


def _line(entry: EntryPoint) -> str:
    owner = f"{entry.dist.name} {entry.dist.version}" if entry.dist else ""
    return f"{owner}\t{entry.group}\t{entry.name}\t{entry.value}"


def _files_of(package: str) -> Iterator[Path]:
    spec = find_spec(package)
    if spec is None:
        return
    if spec.origin and spec.submodule_search_locations is None:
        yield Path(spec.origin)
    for folder in spec.submodule_search_locations or ():
        yield from (path for path in Path(folder).rglob("*") if path.suffix in _SOURCES and path.is_file())
