"""Pages of plug-ins: what makes the built pages stale, and what stops the start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from instantchat.frontend.build import fingerprint
from tests.support.server import ROOT

PAGE = "from instantchat.ui.pages import page\n"


class Plugin:
    """A distribution in a folder, as pip leaves it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.info = folder / "wave-1.0.dist-info"
        self.source = folder / "wave_plugin" / "page.py"

    def install(self, version: str = "1.0", entry: str = "wave_plugin.page", source: str = PAGE) -> None:
        self.info.mkdir(exist_ok=True)
        (self.info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: wave\nVersion: {version}\n")
        (self.info / "entry_points.txt").write_text(f"[instantchat.pages]\nwave = {entry}\n")
        self.source.parent.mkdir(exist_ok=True)
        (self.source.parent / "__init__.py").touch()
        self.source.write_text(source)

    def uninstall(self) -> None:
        for path in self.info.iterdir():
            path.unlink()
        self.info.rmdir()


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugin:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Plugin(tmp_path)


class TestFingerprint:
    def test_is_another_once_a_plugin_is_installed_and_the_old_one_when_it_is_gone(self, plugin: Plugin) -> None:
        before = fingerprint()
        plugin.install()
        installed = fingerprint()
        plugin.uninstall()
        assert installed != before == fingerprint()

    def test_changes_with_version_entry_and_source(self, plugin: Plugin) -> None:
        seen = set()
        for change in ({}, {"version": "1.1"}, {"entry": "wave_plugin.page:wave"}, {"source": f"{PAGE}# changed\n"}):
            plugin.install(**change)
            seen.add(fingerprint())
        assert len(seen) == 4
        (plugin.source.parent / "wave.jsx").write_text("export {}")
        assert fingerprint() not in seen

    def test_is_the_same_as_long_as_nothing_changes(self, plugin: Plugin) -> None:
        plugin.install()
        first = fingerprint()
        (plugin.source.parent / "__pycache__").mkdir()
        (plugin.source.parent / "__pycache__" / "page.cpython-311.pyc").write_bytes(b"x")
        assert fingerprint() == first

    def test_is_had_of_a_plugin_that_cannot_be_imported(self, plugin: Plugin) -> None:
        plugin.install(entry="no_such_package.page", source="1 / 0")
        assert fingerprint()


@pytest.mark.slow
class TestBroken:
    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            ("import no_such_thing", "ModuleNotFoundError: No module named 'no_such_thing'"),
            (
                f"{PAGE}@page('/login', title='Mine')\ndef login(): ...\n",
                "ValueError: two pages claim /login: instantchat.features.auth.page and wave_plugin.page",
            ),
        ],
        ids=["cannot be imported", "takes a route"],
    )
    def test_stops_the_build_with_a_sentence(self, source: str, reason: str, plugin: Plugin) -> None:
        plugin.install(source=source)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(plugin.folder), str(ROOT)])}
        command = [sys.executable, "-m", "instantchat.cli", "build"]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 1
        assert done.stderr.strip().splitlines()[-1] == (
            f"InstantChat cannot start: The plug-in 'wave' (wave_plugin.page) cannot be loaded: {reason}. "
            "Uninstall or mend it."
        )
