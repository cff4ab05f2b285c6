"""The example of `docs/extending.md`: installed, it is found, runs, and has its page; broken, it stops the start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.extending.conftest import EXAMPLE, Run
from tests.support.server import ROOT, ServerProcess, free_port

pytestmark = pytest.mark.slow


def test_its_authors_own_tests_pass(run: Run) -> None:
    done = run("-m", "pytest", "-n", "0", str(EXAMPLE / "tests"))
    assert done.returncode == 0, done.stdout


def test_it_works_inside_the_product(run: Run) -> None:
    done = run("-m", "pytest", "-n", "0", "tests/extending/inside.py")
    assert done.returncode == 0, done.stdout


def test_a_server_offers_its_node(tmp_path: Path, environment: dict[str, str]) -> None:
    with (
        ServerProcess(tmp_path, "--api-only", environment=environment) as server,
        httpx.Client(base_url=server.url) as http,
    ):
        person = {"name": "Ana", "email": "ana@example.com", "password": "a long enough phrase"}
        token = http.post("/api/auth/signup", json=person).json()["token"]
        answer = http.get("/api/nodes", headers={"Authorization": f"Bearer {token}"})
        types = {each["type"]: each for each in answer.json()["data"]}
    assert types["pollNode"]["label"] == "Poll"
    assert [each["id"] for each in types["pollNode"]["exits"]] == ["voted", "before", "timeout"]


def test_a_server_with_a_broken_plugin_does_not_start(tmp_path: Path) -> None:
    info = tmp_path / "wave-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: wave\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[instantchat.nodes]\nwave = no_such_module\n")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
        "INSTANTCHAT_DATA_DIR": str(tmp_path / "data"),
        "INSTANTCHAT_PORT": str(free_port()),
    }
    command = [sys.executable, "-m", "instantchat.cli", "run", "--api-only"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "InstantChat cannot start: The plug-in 'wave' (no_such_module) cannot be loaded: " in done.stderr
    assert "Traceback" not in done.stderr
