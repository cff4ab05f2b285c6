from __future__ import annotations

from typing import Any

import pytest

from instantchat.engine.operators import compare
from instantchat.engine.scope import MISSING


@pytest.mark.parametrize(
    ("left", "op", "right", "expected"),
    [
        ("Red", "equals", "rED ", True),
        ("5", "equals", 5.0, True),
        (True, "equals", "true", True),
        (MISSING, "equals", "", True),
        (["a", "B"], "equals", ["A", "b"], True),
        ("red", "not_equals", "blue", True),
        ("a red car", "contains", "RED", True),
        (["red", "vip"], "contains", "VIP", True),
        (["vips"], "contains", "vip", False),
        ("abc", "contains", "", False),
        ("abc", "not_contains", "x", True),
        (MISSING, "not_contains", "x", True),
        ("Order 5", "starts_with", "order", True),
        ("abc", "starts_with", "", False),
        ("file.PDF", "ends_with", ".pdf", True),
        ("abc123", "matches", r"\d+$", True),
        ("abc", "matches", "(", False),
        ("10", "gt", "9", True),
        ("abc", "gt", 3, False),
        (3, "gte", 3, True),
        ("2026-01-02", "gt", "2026-01-01T10:00:00Z", True),
        ("2026-01-01", "lt", "2025-01-01", False),
        (2, "lt", 3, True),
        (3, "lte", 2, False),
        (MISSING, "lt", 3, False),
        ("nan", "lte", "nan", False),
        (10**400, "gt", 1, False),
        ("", "exists", None, False),
        (0, "exists", None, True),
        (False, "exists", None, True),
        (MISSING, "not_exists", None, True),
        ([], "not_exists", None, True),
        ("M", "in", ["s", "m"], True),
        ("M", "in", "s, m", True),
        (5, "in", "4,5", True),
        (["x", "vip"], "in", ["VIP"], True),
        (MISSING, "in", ["", "a"], False),
    ],
)
def test_compare(left: Any, op: str, right: Any, expected: bool) -> None:
    assert compare(op, left, right) is expected
