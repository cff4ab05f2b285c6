"""Nodes and triggers of installed distributions come in through entry points."""

from __future__ import annotations

from pathlib import Path

import pytest

from instantchat.engine.node import Node
from instantchat.errors import StartRefused
from instantchat.kit.discovery import find_classes

PLUGIN = """
from typing import ClassVar
from instantchat.engine.node import Node

class WaveNode(Node):
    \"\"\"Waves.\"\"\"
    type: ClassVar[str] = "waveNode"
"""


def install(folder: Path, entry: str) -> None:
    info = folder / "wave-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: wave\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[test.nodes]\nwave = {entry}\n")
    (folder / "wave_plugin.py").write_text(PLUGIN)


@pytest.mark.parametrize("entry", ["wave_plugin", "wave_plugin:WaveNode"])
def test_a_module_or_a_class_is_found(entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, entry)
    monkeypatch.syspath_prepend(str(tmp_path))
    names = [cls.__name__ for cls in find_classes("instantchat.nodes", Node, group="test.nodes")]
    assert names.count("WaveNode") == 1
    assert "MessageNode" in names


def test_a_broken_one_stops_the_start_and_names_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "no_such_module")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(StartRefused, match="The plug-in 'wave'") as raised:
        find_classes("instantchat.nodes", Node, group="test.nodes")
    assert raised.value.code == "plugin_broken"
