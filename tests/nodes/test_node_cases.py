"""Every registered node type and action against its golden cases; one without docs, example or case fails.

`pytest tests/nodes tests/triggers --update` writes what the code does into `expect`: read the diff before keeping it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from instantchat.engine.node import Node
from instantchat.engine.registry import node_types, node_variants
from instantchat.testing import check_node, load_cases, play_node, settle

CASES = Path(__file__).parent / "cases"


def all_types() -> Iterator[tuple[str, type[Node], Path]]:
    for name, cls in node_types().items():
        yield name, cls, CASES / f"{name}.json"
        for variant, each in node_variants(name).items():
            yield f"{name}:{variant}", each, CASES / "actions" / f"{variant}.json"


TYPES = [pytest.param(cls, path, id=name) for name, cls, path in all_types()]
GOLDEN = [
    pytest.param(cls, path, case, id=f"{name}-{case['name']}")
    for name, cls, path in all_types()
    for case in load_cases(path)
]


class TestEveryType:
    @pytest.mark.parametrize(("cls", "path"), TYPES)
    def test_is_described(self, cls: type[Node], path: Path) -> None:
        check_node(cls)

    @pytest.mark.parametrize(("cls", "path"), TYPES)
    def test_has_cases(self, cls: type[Node], path: Path) -> None:
        cases = load_cases(path)
        assert cases, f"write {path}"
        assert len({case["name"] for case in cases}) == len(cases)


@pytest.mark.parametrize(("cls", "path", "case"), GOLDEN)
def test_golden(cls: type[Node], path: Path, case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    settle(path, case, play_node(cls, case), bool(request.config.getoption("--update", default=False)))
