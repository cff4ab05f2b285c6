"""How much of a long suite runs: a twentieth in `make test`, all of it in `make soak`, by the same code."""

from __future__ import annotations

import os

SOAK = bool(os.environ.get("INSTANTCHAT_TEST_SOAK"))
FUZZ_EXAMPLES = 2_000


def part_of(whole: int) -> int:
    """`whole` in a soak, otherwise a twentieth of it, at least 1."""
    return whole if SOAK else max(1, whole // 20)
