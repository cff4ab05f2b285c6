"""The pages for people: their links lead somewhere, and what they tell to press is on the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = sorted((ROOT / "docs" / "guide").glob("*.md"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SCREENS = "\n".join(
    path.read_text()
    for kind in ("*.py", "*.jsx", "*.js")
    for folder in ("features", "ui", "nodes", "engine")
    for path in (ROOT / "instantchat" / folder).rglob(kind)
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_something(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


@pytest.mark.parametrize("page", GUIDE, ids=name_of)
def test_what_is_to_be_pressed_is_on_a_screen(page: Path) -> None:
    labels = re.findall(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])", page.read_text())
    assert [label for label in labels if label.rstrip("…").strip() not in SCREENS] == []


def test_what_why_says_is_said() -> None:
    page = (ROOT / "docs" / "guide" / "why.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", page, re.M)
    assert len(rows) == 8
    assert [row for row in rows[1:] if row not in SCREENS] == []


def test_every_page_of_the_guide_can_be_found() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [page.name for page in GUIDE if f"docs/guide/{page.name}" not in readme] == []
    assert len(GUIDE) == 9
