"""`python -m scripts.reference [--installed --out DIR]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import FOLDER, documents, pages


def main(arguments: Sequence[str]) -> None:
    """Write every page, and say which."""
    parser = argparse.ArgumentParser(prog="python -m scripts.reference", description="Writes the reference pages.")
    parser.add_argument("--installed", action="store_true", help="what plug-ins add too (needs --out)")
    parser.add_argument("--out", type=Path, help=f"the folder to write into (default: {FOLDER})")
    chosen = parser.parse_args(arguments)
    if chosen.installed and chosen.out is None:
        parser.error("--installed needs --out DIR: docs/reference holds only what is part of InstantChat.")
    found = documents() if chosen.out is None else _at(chosen.out, installed=chosen.installed)
    for path, text in found.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(path)


def _at(folder: Path, *, installed: bool) -> dict[Path, str]:
    return {folder / name: text for name, text in pages(installed=installed).items()}


if __name__ == "__main__":
    main(sys.argv[1:])
