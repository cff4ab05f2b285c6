"""The examples of the pages about flows in files do what the pages say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from instantchat.cli import main
from instantchat.engine.lint import validate_flow
from instantchat.flows import Flow
from instantchat.flows.steps import Steps
from tests.engine.builders import graph, say, trigger

DOCS = Path(__file__).resolve().parents[2] / "docs"
PYTHON = (DOCS / "flows-in-python.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PYTHON, re.S | re.M)


@pytest.mark.parametrize("source", EXAMPLES)
def test_every_example_makes_a_flow_without_errors(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(source, "flows-in-python.md", "exec"), names)
    found = validate_flow(names["flow"].to_json())
    assert [issue for issue in found if issue.severity != "info"] == []


def test_what_the_last_example_prints(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(EXAMPLES[-1], "flows-in-python.md", "exec"), {})
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PYTHON, re.S | re.M)
    assert capsys.readouterr().out.strip() == shown.strip()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 5


def test_every_step_is_in_the_table() -> None:
    steps = {name for name in vars(Steps) if not name.startswith("_")} | {"on", "step", "goto", "case", "at"}
    told = set(re.findall(r"(?<![\w])\.?(\w+)(?=[(`])", PYTHON))
    assert steps - told == set()
    assert steps <= set(dir(Flow))


def test_what_lint_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("flows").mkdir()
    files = {
        "prices": graph([trigger("trigger_1", "price"), say("message_1", "")], "trigger_1>message_1"),
        "menu": {"name": "Menu", **graph([trigger("t", "price"), say("m")], "t>m")},
    }
    for name, data in files.items():
        Path(f"flows/{name}.json").write_text(json.dumps(data))
    main(["lint", "flows/"])
    printed = capsys.readouterr().out
    shown = (DOCS / "flows-in-git.md").read_text()
    lines = [line for line in printed.splitlines() if line.startswith("flows/prices.json")]
    assert len(lines) == 2 and all(line in shown for line in lines)
