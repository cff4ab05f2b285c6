"""The tokens: text on its surfaces, and the edges of controls, are told apart in light and dark (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from instantchat import ui

CSS = (Path(ui.__file__).parent / "theme.css").read_text()
TEXT = [
    *[(text, under) for text in ("foreground", "muted-foreground") for under in ("background", "surface", "muted")],
    ("brand-foreground", "brand"),
    ("brand-foreground", "brand-hover"),
    ("danger-foreground", "danger"),
    ("danger-foreground", "danger-hover"),
    *[("brand-strong", under) for under in ("background", "surface", "brand-soft")],
    *[(tone, f"{tone}-soft") for tone in ("success", "warning", "danger", "info")],
    *[(tone, "surface") for tone in ("success", "warning", "danger", "info")],
    *[("foreground", f"{tone}-soft") for tone in ("success", "warning", "danger", "info")],
    ("background", "foreground"),
]
EDGES = [
    *[(edge, "surface") for edge in ("input", "ring", "brand", "chart-1", "chart-2", "chart-3")],
    ("ring", "background"),
    ("ring", "muted"),
]


def tokens(mode: str) -> dict[str, str]:
    selector = {"light": r":root", "dark": r"\.dark"}[mode]
    found = re.search(rf"^{selector} \{{(.*?)^\}}", CSS, re.MULTILINE | re.DOTALL)
    assert found
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", found.group(1)))


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """WCAG's relative luminance."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("mode", ["light", "dark"])
class TestContrast:
    @pytest.mark.parametrize(("text", "under"), TEXT)
    def test_text_is_readable(self, mode: str, text: str, under: str) -> None:
        named = tokens(mode)
        assert contrast(named[text], named[under]) >= 4.5

    @pytest.mark.parametrize(("edge", "under"), EDGES)
    def test_edges_are_visible(self, mode: str, edge: str, under: str) -> None:
        named = tokens(mode)
        assert contrast(named[edge], named[under]) >= 3


def test_both_modes_define_the_same_tokens() -> None:
    assert tokens("light").keys() == tokens("dark").keys()
