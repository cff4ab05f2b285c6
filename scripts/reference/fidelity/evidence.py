"""What the tests hold, read from their source: nothing here runs or imports one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def table(path: str, name: str) -> dict[str, ast.expr]:
    """The dict of a test module by its keys, which are texts; each value as it is written there."""
    for node in _module(path).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Dict):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if name in (target.id for target in targets if isinstance(target, ast.Name)):
            pairs = zip(node.value.keys, node.value.values, strict=True)
            return {str(key.value): each for key, each in pairs if isinstance(key, ast.Constant)}
    raise LookupError(f"{path} has no table {name}")


def tests(path: str) -> dict[str, str]:
    """The tests of a module or folder by id, such as `tests/x/test_y.py::TestZ::test_it`, with their docstrings."""
    where = ROOT / path
    files = sorted(where.rglob("test_*.py")) if where.is_dir() else [where]
    return {found: text for file in files for found, text in _tests(str(file.relative_to(ROOT)))}


def _tests(path: str) -> Iterator[tuple[str, str]]:
    for node in _module(path).body:
        for each in node.body if isinstance(node, ast.ClassDef) else (node,):
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_"):
                scope = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
                yield f"{path}::{scope}{each.name}", ast.get_docstring(each) or ""


@cache
def _module(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text())
