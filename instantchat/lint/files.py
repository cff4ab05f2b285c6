"""Flows out of files: exports, bare graphs and lists of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class FlowFile:
    """One flow: the file as it was named (with `#2` for the second of a list), and its JSON object."""

    file: str
    data: dict[str, Any]

    @property
    def name(self) -> str | None:
        """The flow's name, when the file gives one."""
        name = self.data.get("name")
        return name if isinstance(name, str) and name.strip() else None

    def names_of_flows(self) -> dict[str, str]:
        """What an export says the flow ids in it are called."""
        references = self.data.get("references")
        flows = references.get("flows") if isinstance(references, dict) else None
        return {key: name for key, name in flows.items() if isinstance(name, str)} if isinstance(flows, dict) else {}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that holds no flow, and why, in a sentence."""

    file: str
    message: str


def read_flows(paths: Sequence[str]) -> Iterator[FlowFile | Unreadable]:
    """Every flow of the files, in order; of a directory, those of all its `*.json` files at any depth; `-` is
    standard input. Never raises."""
    for path in paths:
        if path == STANDARD_INPUT:
            yield from _read(path)
        elif Path(path).is_dir():
            found = sorted(str(each) for each in Path(path).rglob("*.json") if each.is_file())
            if not found:
                yield Unreadable(path, "There is no *.json file in this directory.")
            for each in found:
                yield from _read(each)
        else:
            yield from _read(path)


def _read(path: str) -> Iterator[FlowFile | Unreadable]:
    try:
        raw = sys.stdin.buffer.read() if path == STANDARD_INPUT else Path(path).read_bytes()
        data = json.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        yield Unreadable(path, f"It cannot be read: {error.strerror or error}.")
    except (ValueError, RecursionError) as error:
        yield Unreadable(path, f"It is not JSON: {error}.")
    else:
        items = data if isinstance(data, list) else [data]
        for number, item in enumerate(items, start=1):
            file = f"{path}#{number}" if isinstance(data, list) else path
            if isinstance(item, dict) and "nodes" in item:
                yield FlowFile(file, item)
            else:
                yield Unreadable(file, "It is no flow: a flow is a JSON object with `nodes` and `edges`.")
