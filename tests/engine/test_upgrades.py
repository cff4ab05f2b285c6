from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instantchat.engine import upgrades
from instantchat.engine.flow import parse_graph, validate_flow
from instantchat.engine.node import Node, Upgrade
from instantchat.engine.registry import node_types, node_variants
from instantchat.engine.upgrades import FORMAT_VERSION, Note, UnknownFormat, upgrade, upgrade_stored
from tests.engine.builders import graph, node
from tests.support.installed import CourierNode, installed
from tests.support.scale import FUZZ_EXAMPLES

FORMATS = Path(__file__).parent / "formats"
KEPT = sorted(FORMATS.glob("v*/*.json"))
CLASSES = [cls for base in node_types() for cls in (node_types()[base], *node_variants(base).values())]
DECLARED = [(cls, each) for cls in (*CLASSES, CourierNode) for each in vars(cls).get("upgrades", ())]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 9) | st.sampled_from(["Monday", "mon", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["until", "weekdays", "password", "apiKey"]), inner, max_size=3)
    ),
    max_leaves=8,
)


class TestKeptExamples:
    """Flows as people have them in files: each of them must be read for ever."""

    @pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.stem}")
    def test_are_read(self, path: Path) -> None:
        file = json.loads(path.read_text())
        version = int(path.parent.name[1:])
        assert file.get("formatVersion", 0) == version
        data, _ = upgrade(file, version)
        flow, issues = parse_graph(data)
        assert flow is not None, issues
        assert [issue for issue in validate_flow(data) if issue.severity == "error"] == []
        assert (set(flow.nodes), {s: dict(exits) for s, exits in flow.edges.items()}) == (
            set(file["expect"]["nodes"]),
            file["expect"]["edges"],
        )

    def test_there_are_some_of_every_format(self) -> None:
        assert {path.parent.name for path in KEPT} == {f"v{number}" for number in range(FORMAT_VERSION + 1)}
        assert len(upgrades.STEPS) == FORMAT_VERSION


class TestNodes:
    @pytest.mark.parametrize(("cls", "declared"), DECLARED, ids=lambda value: getattr(value, "__name__", ""))
    def test_each_upgrade_does_what_its_example_says_and_only_once(self, cls: type[Node], declared: Upgrade) -> None:
        assert declared.read(declared.before) == declared.after
        assert declared.read(declared.after) == declared.after
        assert declared.note.endswith(".")
        assert cls.parse(declared.after)[0] is not None

    @pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
    def test_todays_data_come_out_unchanged(self, cls: type[Node]) -> None:
        for example in cls.examples:
            assert upgrades.current_data(cls.type, example) == (example, [])

    @settings(max_examples=FUZZ_EXAMPLES, deadline=None)
    @given(st.dictionaries(st.sampled_from(["until", "weekdays", "password", "apiKey"]), JSON, max_size=4))
    def test_any_data_are_taken_and_a_second_time_changes_nothing(self, data: dict[str, Any]) -> None:
        for _, declared in DECLARED:
            once = declared.read(data)
            assert declared.read(once) == once

    def test_weekdays_written_out(self) -> None:
        delay = node("d", "delayNode", until={"time": "09:00", "weekdays": ["MONDAY", "tue", 7, 8, True, None]})
        data, notes = upgrade(graph([delay]), 1)
        assert data["nodes"][0]["data"]["until"]["weekdays"] == ["mon", "tue", "sun", 8, True, None]
        assert [note.node_id for note in notes] == ["d"]
        assert delay["data"]["until"]["weekdays"][0] == "MONDAY"

    def test_the_engine_reads_earlier_data_wherever_it_meets_them(self) -> None:
        with installed(CourierNode):
            flow, issues = parse_graph(graph([node("c", "courierNode", password="p")]))
            assert flow is not None, issues
            assert flow.nodes["c"].api_key == "p"  # type: ignore[attr-defined]

    def test_a_variant_is_chosen_after_the_upgrades_of_its_type(self) -> None:
        def rename(data: dict[str, Any]) -> dict[str, Any]:
            return {**data, "action": "drop"} if data.get("action") == "throw" else data

        class Doing(CourierNode):
            type: ClassVar[str] = "doingNode"
            discriminator: ClassVar[str | None] = "action"
            upgrades: ClassVar[tuple[Upgrade, ...]] = (Upgrade("Thrown is dropped.", rename, {}, {}),)

        class Drop(Doing):
            variant: ClassVar[str | None] = "drop"
            upgrades: ClassVar[tuple[Upgrade, ...]] = CourierNode.upgrades

        with installed(Doing, Drop):
            found = upgrades.current_data("doingNode", {"action": "throw", "password": "p"})
        assert found == (
            {"apiKey": "p", "action": "drop"},
            ["Thrown is dropped.", "The password is called API key."],
        )


class TestFormats:
    def test_steps_are_taken_from_the_files_version_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def step(number: int) -> upgrades.Step:
            return lambda data: {**data, "steps": [*data.get("steps", []), number]}

        monkeypatch.setattr(upgrades, "STEPS", tuple(step(number) for number in range(3)))
        assert upgrade({}, 0)[0] == {"steps": [0, 1, 2]}
        assert upgrade({}, 2)[0] == {"steps": [2]}
        assert upgrade({}, 3)[0] == {}

    @pytest.mark.parametrize("version", [-1, FORMAT_VERSION + 1, 10**30])
    def test_a_format_that_is_none_is_refused(self, version: int) -> None:
        with pytest.raises(UnknownFormat):
            upgrade({}, version)

    def test_notes_say_which_node(self) -> None:
        with installed(CourierNode):
            data, notes = upgrade(graph([node("c", "courierNode", password="p"), node("n", "noteNode", text="x")]), 1)
        assert notes == [Note("c", "The password is called API key.")]
        assert data["nodes"][0]["data"] == {"apiKey": "p"}

    @settings(max_examples=FUZZ_EXAMPLES, deadline=None)
    @given(st.fixed_dictionaries({}, optional={"nodes": JSON | st.lists(st.fixed_dictionaries(
        {"type": st.sampled_from(["delayNode", "actionNode", 5, None])}, optional={"data": JSON, "id": JSON}
    ), max_size=3), "edges": JSON, "viewport": JSON}))  # fmt: skip
    def test_any_json_is_taken(self, data: dict[str, Any]) -> None:
        found, _ = upgrade(data, 0)
        assert upgrade(found, FORMAT_VERSION) == (found, [])


class TestStored:
    def test_is_marked_with_its_format_and_then_left_alone(self) -> None:
        stored = upgrade_stored(graph([node("n", "noteNode", text="x")]))
        assert stored["formatVersion"] == FORMAT_VERSION
        assert upgrade_stored(stored) is stored

    def test_of_a_newer_server_is_left_alone(self) -> None:
        newer = {"nodes": [], "edges": [], "formatVersion": FORMAT_VERSION + 1}
        assert upgrade_stored(newer) is newer
