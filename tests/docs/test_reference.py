"""The reference is generated; what is written must be what the code says now, and nothing may be missing."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import instantchat
from instantchat.config import Settings
from instantchat.engine.filters import FILTERS
from instantchat.engine.operators import OPERATORS, compare
from instantchat.engine.registry import node_types, node_variants, trigger_types
from instantchat.engine.scope import MISSING
from scripts import reference
from scripts.reference.__main__ import main
from scripts.reference.operators import MEANINGS
from tests.support.installed import CourierNode, installed

PAGES = reference.pages()
PACKAGE = Path(instantchat.__file__).parent


def ours(classes: dict[str, type]) -> list[str]:
    return [name for name, cls in classes.items() if reference.is_ours(cls)]


@pytest.mark.parametrize("name", PAGES)
def test_is_what_the_code_says(name: str) -> None:
    written = (reference.FOLDER / name).read_text()
    assert written == PAGES[name], "stale: run .venv/bin/python -m scripts.reference"


def test_no_page_is_left_over() -> None:
    by_hand = {"http.md"}
    assert {path.name for path in reference.FOLDER.iterdir()} == set(PAGES) | by_hand


def test_every_node_type_action_and_trigger_has_a_section() -> None:
    actions = [name for type_name in node_types() for name in ours(dict(node_variants(type_name)))]
    for page, names in [("nodes", ours(dict(node_types()))), ("actions", actions), ("triggers", ours(trigger_types()))]:
        found = re.findall(r"^## .+ \(`(\w+)`\)$", PAGES[f"{page}.md"], re.M)
        assert sorted(found) == sorted(names), page


def test_every_operator_filter_and_setting_has_a_row() -> None:
    settings = [f"INSTANTCHAT_{name.upper()}" for name in Settings.model_fields]
    for page, names in [("operators", [*OPERATORS]), ("filters", [*FILTERS]), ("settings", settings)]:
        rows = re.findall(r"^\| `([^`]+)` \|", PAGES[f"{page}.md"], re.M)
        assert set(names) <= set(rows), page


def test_every_setting_has_a_sentence() -> None:
    rows = [line for line in PAGES["settings.md"].splitlines() if line.startswith("| `INSTANTCHAT_")]
    assert all(len(row.split("|")[3].strip()) > 20 for row in rows)


def test_every_code_of_an_issue_has_a_row() -> None:
    codes = set(_first_arguments("Issue", "malformed"))
    assert len(codes) > 40
    assert codes - set(re.findall(r"^\| `(\w+)` \|", PAGES["issues.md"], re.M)) == set()


def test_every_code_of_a_refusal_has_a_row() -> None:
    codes = set(_first_arguments("NoMatch"))
    assert len(codes) > 10
    assert codes - set(re.findall(r"^\| `(\w+)` \|", PAGES["events.md"], re.M)) == set()


def test_every_table_has_as_many_cells_as_its_head() -> None:
    for name, text in PAGES.items():
        cells = 0
        for line in text.splitlines():
            count = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            assert not count or not cells or count == cells, f"{name}: {line}"
            cells = count


@pytest.mark.parametrize("name", OPERATORS)
def test_the_example_of_an_operator_holds(name: str) -> None:
    _, left, right = MEANINGS[name]
    assert compare(name, MISSING if left is None else left, right)


def test_the_schema_is_of_our_types_only() -> None:
    with installed(CourierNode):
        schema = json.loads(reference.pages()["flow.schema.json"])
        of_this_machine = json.loads(reference.pages(installed=True)["flow.schema.json"])
    assert "CourierNode" not in schema["$defs"]
    assert "CourierNode" in of_this_machine["$defs"]


class TestPlugins:
    def test_change_nothing_here(self) -> None:
        with installed(CourierNode):
            assert reference.pages() == PAGES

    def test_are_on_the_pages_of_the_machine(self, tmp_path: Path) -> None:
        with installed(CourierNode):
            main(["--installed", "--out", str(tmp_path)])
        text = (tmp_path / "nodes.md").read_text()
        assert "## Courier (`courierNode`)\n\nSends a courier.\n" in text
        assert "| `stops[].doorCode` |" in text
        assert (tmp_path / "settings.md").read_text() == PAGES["settings.md"]

    def test_are_never_written_into_docs(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["--installed"])
        assert "--out" in capsys.readouterr().err


def _first_arguments(*names: str) -> Iterator[str]:
    """The codes that our own modules give to these, wherever they are called with one."""
    for path in PACKAGE.rglob("*.py"):
        for found in ast.walk(ast.parse(path.read_text())):
            if isinstance(found, ast.Call) and isinstance(found.func, ast.Name) and found.func.id in names:
                first = found.args[0] if found.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value
