"""The reference is generated; what is written must be what the code says now."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import reference

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["nodes.md", "settings.md"])
def test_is_what_the_code_says(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text()
    assert written == reference.pages()[name], "stale: run .venv/bin/python -m scripts.reference"


def test_every_setting_has_a_sentence() -> None:
    rows = [line for line in reference.pages()["settings.md"].splitlines() if line.startswith("| `INSTANTCHAT_")]
    assert rows
    assert all(len(row.split("|")[3].strip()) > 20 for row in rows)
