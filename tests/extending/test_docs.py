"""`docs/extending.md` shows the example's own files, all of them, as they are."""

from __future__ import annotations

import re

import pytest

from instantchat.engine import form
from instantchat.kit.discovery import GROUPS
from tests.extending.conftest import EXAMPLE
from tests.support.server import ROOT

PAGE = (ROOT / "docs" / "extending.md").read_text()
SHOWN = dict(re.findall(r"^`([^`\n]+)`\n\n```\w+\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
MEANT = [
    str(path.relative_to(EXAMPLE))
    for path in sorted([EXAMPLE / "pyproject.toml", *EXAMPLE.glob("*/*.py")])
    if path.name != "__init__.py" and "build" not in path.parts
]


@pytest.mark.parametrize("name", MEANT)
def test_every_file_is_shown(name: str) -> None:
    assert name in SHOWN


@pytest.mark.parametrize("name", SHOWN)
def test_as_it_is(name: str) -> None:
    assert SHOWN[name] == (EXAMPLE / name).read_text(), f"copy {name} into docs/extending.md"


def test_every_group_and_every_mark_is_explained() -> None:
    marks = {name for name, value in vars(form).items() if isinstance(value, form.Mark)}
    assert {"Templated", "Secret", "Multiline", "Required"} <= marks
    for name in (*GROUPS, *marks, "Show", "Kind", "Labels", "Ref", "SentInParts"):
        assert re.search(rf"^\| `{re.escape(name)}[`(]", PAGE, re.MULTILINE), name
