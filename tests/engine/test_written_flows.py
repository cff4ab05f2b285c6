"""Forty good flows and forty with one mistake each: what validation says of each, and how the good ones talk."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from instantchat.engine import lint
from instantchat.engine.filters import FILTERS
from instantchat.engine.flow import parse_graph
from instantchat.engine.operators import OPERATORS
from instantchat.engine.registry import node_types, node_variants, trigger_types
from tests.engine.written import BAD, GOOD, Stage, as_expected, expected, findings, mended, read

PLAYED = [path for path in GOOD if "play" in read(path)]
ANSWERS = {"text", "email", "phone", "number", "date", "choice", "regex"}


def name_of(path: Path) -> str:
    return path.stem


def test_there_are_enough() -> None:
    assert len(GOOD) >= 40 and len(BAD) >= 40 and len(PLAYED) >= 25


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_a_good_flow_has_no_error_and_the_warnings_it_should(path: Path) -> None:
    written = read(path)
    issues = findings(written, written["graph"], path.stem)
    assert as_expected(issues) == expected(written)
    assert [each for each in issues if each.severity == "error"] == []


@pytest.mark.parametrize("path", PLAYED, ids=name_of)
def test_a_good_flow_talks_as_written(path: Path) -> None:
    written = read(path)
    stage = Stage(path, written)
    for number, step in enumerate(written["play"], start=1):
        assert stage.act(step) == step["expect"], f"step {number}"
    left = stage.left()
    assert {key: left[key] for key in written.get("then", {})} == written.get("then", {})


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_a_bad_flow_has_its_error_and_no_other(path: Path) -> None:
    written = read(path)
    issues = findings(written, written["graph"], path.stem)
    assert as_expected(issues) == expected(written)
    assert len([each for each in issues if each.severity == "error"]) == 1


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_the_fix_makes_the_error_go(path: Path) -> None:
    written = read(path)
    issues = findings(written, mended(written), path.stem)
    assert [each for each in issues if each.severity == "error"] == []


class TestTogether:
    """What the files show, all of them taken together."""

    def test_every_type(self) -> None:
        nodes = [node for path in GOOD for node in read(path)["graph"]["nodes"]]
        triggers = {each["type"] for node in nodes for each in node["data"].get("triggers", [])}
        assert {node["type"] for node in nodes} == set(node_types())
        assert {node["data"].get("action") for node in nodes} - {None} == set(node_variants("actionNode"))
        assert triggers == set(trigger_types())

    def test_every_kind_of_answer_operator_and_filter(self) -> None:
        written = "".join(path.read_text() for path in GOOD)
        nodes = [node["data"] for path in GOOD for node in read(path)["graph"]["nodes"]]
        assert {data.get("answer", {}).get("type", "text") for data in nodes if "saveTo" in data} == ANSWERS
        assert {rule["op"] for data in nodes for rule in data.get("rules", [])} == set(OPERATORS)
        assert {name for name in FILTERS if re.search(rf"\{{\{{[^}}]*\|{name}\b", written)} == set(FILTERS)

    def test_every_exit(self) -> None:
        """An edge leaves by each exit that any node type always has."""
        taken: set[tuple[str, str]] = set()
        for path in GOOD:
            flow, _ = parse_graph(read(path)["graph"])
            assert flow is not None
            taken |= {(flow.nodes[node_id].type, exit_id) for node_id, ways in flow.edges.items() for exit_id in ways}
        fixed = {
            (cls.type, spec["id"])
            for type_name, base in node_types().items()
            for cls in [base, *node_variants(type_name).values()]
            for spec in cls.describe()["exits"]
            if "fromField" not in spec
        }
        assert fixed <= taken

    def test_every_error_there_is(self) -> None:
        assert {each["code"] for path in BAD for each in read(path)["expect"]} >= _codes_of_errors()


def _codes_of_errors() -> set[str]:
    """The codes in the tables of the package's docstring that stop a flow from being activated or stored."""
    rows: list[Any] = re.findall(r"^\| `(\w+)` \|(?: (error|warning|info) \|)?", lint.__doc__ or "", re.MULTILINE)
    return {code for code, severity in rows if severity in ("error", "")}


def test_the_files_are_json_for_people() -> None:
    """One node a line, so that a change of one shows as one."""
    for path in [*GOOD, *BAD]:
        written = read(path)
        lines = path.read_text().splitlines()
        for node in written["graph"]["nodes"] if isinstance(written["graph"]["nodes"], list) else []:
            assert json.dumps(node, ensure_ascii=False) in {line.strip().removesuffix(",") for line in lines}
