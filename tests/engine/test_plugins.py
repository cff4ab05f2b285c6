"""What installed distributions offer comes in through entry points; what cannot be taken stops the start."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from instantchat.engine import registry
from instantchat.engine.node import Node
from instantchat.errors import StartRefused
from instantchat.kit.discovery import find_classes
from instantchat.runtime import effects

Install = Callable[..., None]
NODE = """
from typing import ClassVar
from instantchat.engine.node import Node

class WaveNode(Node):
    \"\"\"Waves.\"\"\"
    type: ClassVar[str] = "waveNode"
"""
TRIGGER = """
from typing import ClassVar
from instantchat.engine.trigger import Trigger

class Wave(Trigger):
    \"\"\"Somebody waves.\"\"\"
    type: ClassVar[str] = "wave"
"""
ACTION = """
from typing import ClassVar
from instantchat.nodes.action import ActionNode

class Wave(ActionNode):
    \"\"\"Waves.\"\"\"
    variant: ClassVar[str | None] = "wave"
"""
HANDLER = """
from typing import ClassVar
from instantchat.runtime.effects import EffectHandler

class WaveHandler(EffectHandler):
    kind: ClassVar[str] = "wave"
"""
CACHES = (
    registry.node_types,
    registry.node_variants,
    registry.trigger_types,
    registry._node_classes,
    effects.handlers,
)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """`install(name, group, source)`: a distribution of one module; forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(name: str, group: str, source: str, *, entry: str = "{name}_plugin") -> None:
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {entry.format(name=name)}\n")
        (tmp_path / f"{name}_plugin.py").write_text(source)
        forget()

    def forget() -> None:
        for each in CACHES:
            each.cache_clear()

    yield put
    forget()
    for each in [each for each in sys.modules if each.endswith("_plugin")]:
        del sys.modules[each]


class TestFinding:
    @pytest.mark.parametrize("entry", ["{name}_plugin", "{name}_plugin:WaveNode"])
    def test_a_module_or_a_class_is_found(self, entry: str, install: Install) -> None:
        install("wave", "test.nodes", NODE, entry=entry)
        names = [cls.__name__ for cls in find_classes("instantchat.nodes", Node, group="test.nodes")]
        assert names.count("WaveNode") == 1
        assert "MessageNode" in names

    def test_each_group_adds_to_its_own(self, install: Install) -> None:
        install("wave1", "instantchat.nodes", NODE)
        install("wave2", "instantchat.triggers", TRIGGER)
        install("wave3", "instantchat.effects", HANDLER)
        install("wave4", "instantchat.nodes", ACTION)
        registry.load_all()
        assert "waveNode" in registry.node_types()
        assert "wave" in registry.trigger_types()
        assert "wave" in registry.node_variants("actionNode")
        assert type(effects.handlers()["wave"]).__name__ == "WaveHandler"


class TestBroken:
    @pytest.mark.parametrize("group", ["instantchat.nodes", "instantchat.triggers"])
    def test_stops_the_start_and_is_named(self, group: str, install: Install) -> None:
        install("wave", group, "import no_such_thing")
        assert refusal(registry.load_all) == (
            "plugin_broken",
            "The plug-in 'wave' (wave_plugin) cannot be loaded: ModuleNotFoundError: No module named 'no_such_thing'. "
            "Uninstall or mend it.",
        )

    def test_effect_handlers_too(self, install: Install) -> None:
        install("wave", "instantchat.effects", "1 / 0")
        code, sentence = refusal(effects.handlers)
        assert code == "plugin_broken"
        assert "'wave' (wave_plugin) cannot be loaded: ZeroDivisionError" in sentence


class TestClash:
    def test_of_two_plugins_names_both(self, install: Install) -> None:
        install("wave1", "instantchat.nodes", NODE)
        install("wave2", "instantchat.nodes", NODE)
        assert refusal(registry.load_all) == (
            "plugin_clash",
            "Two classes claim the name 'waveNode': wave1_plugin.WaveNode and wave2_plugin.WaveNode. "
            "Uninstall one of them.",
        )

    @pytest.mark.parametrize(
        ("group", "source", "taken", "owner"),
        [
            ("nodes", NODE.replace("waveNode", "delayNode"), "delayNode", "instantchat.nodes.delay.DelayNode"),
            ("nodes", ACTION.replace('"wave"', '"tag_customer"'), "tag_customer", "tag_customer.TagCustomer"),
            ("triggers", TRIGGER.replace('"wave"', '"keyword"'), "keyword", "instantchat.triggers.keyword.Keyword"),
            (
                "effects",
                HANDLER.replace('"wave"', '"react"'),
                "react",
                "instantchat.runtime.effects.react.ReactHandler",
            ),
        ],
    )
    def test_with_a_name_of_ours(self, group: str, source: str, taken: str, owner: str, install: Install) -> None:
        install("wave", f"instantchat.{group}", source)
        code, sentence = refusal(effects.handlers if group == "effects" else registry.load_all)
        assert code == "plugin_clash"
        assert sentence.startswith(f"Two classes claim the name {taken!r}: ")
        assert owner in sentence and "wave_plugin.Wave" in sentence

    def test_one_class_offered_twice_is_none(self, install: Install) -> None:
        install("wave1", "instantchat.nodes", NODE)
        install("wave2", "instantchat.nodes", "from wave1_plugin import WaveNode", entry="wave1_plugin:WaveNode")
        registry.load_all()
        assert registry.node_types()["waveNode"].__module__ == "wave1_plugin"


def refusal(load: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(StartRefused) as raised:
        load()
    return raised.value.code, raised.value.message
