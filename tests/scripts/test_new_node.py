"""`make node`: what it writes passes everything as it comes, and bad names are told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.new_node import KINDS, main

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 240


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the registry tests need."""
    root = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__", "ui", "frontend", "simulator")
    shutil.copytree(ROOT / "instantchat", root / "instantchat", ignore=ignored)
    for folder in ("nodes", "triggers", "engine", "support"):
        shutil.copytree(ROOT / "tests" / folder, root / "tests" / folder, ignore=ignored)
    for name in ("pyproject.toml", "tests/__init__.py", "tests/conftest.py"):
        shutil.copy(ROOT / name, root / name)
    return root


def run(tree: Path, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_it_writes_passes_every_check(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = {"node": "send_poll", "action": "p", "trigger": "a_trigger_of_thirty_characters"}
    for kind, name in names.items():
        assert main([name, "--kind", kind], tree) == 0
    assert capsys.readouterr().out.startswith(
        "Wrote instantchat/nodes/send_poll.py and tests/nodes/cases/sendPollNode.json. Next:\n"
    )
    written = [str(tree / kind.folder / f"{names[name]}.py") for name, kind in KINDS.items()]
    run(tree, "ruff", "format", "--check", *written)
    run(tree, "ruff", "check", *written)
    run(tree, "mypy", *written)
    tests = ["tests/nodes/test_node_cases.py", "tests/triggers/test_trigger_cases.py"]
    run(tree, "pytest", "-p", "no:cacheprovider", "-n", "0", *tests)
    run(tree, "pytest", "-p", "no:cacheprovider", "-n", "0", "-k", "send_poll or sendPollNode", tests[0])


class TestNames:
    @pytest.mark.parametrize(
        "name", ["", "Send", "send-poll", "2send", "send__poll", "_x", "../x", "class", "é", "x" * 31, "a\n"]
    )
    def test_that_are_none(self, name: str, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([name], tree) == 1
        assert "is no name for a module" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("name", "kind"), [("message", "node"), ("tag_customer", "action"), ("keyword", "trigger")]
    )
    def test_that_are_taken(self, name: str, kind: str, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([name, "--kind", kind], tree) == 1
        assert f"{name}.py is there already. Choose another name.\n" in capsys.readouterr().err

    def test_that_would_hide_a_package(self, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["actions"], tree) == 1
        assert "instantchat/nodes/actions is there already" in capsys.readouterr().err
