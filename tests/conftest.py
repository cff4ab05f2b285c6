"""What all tests share: the size of the long suites, printed at the top of every run."""

from __future__ import annotations

from hypothesis import settings

from tests.support.scale import FUZZ_EXAMPLES, SOAK, part_of

settings.register_profile("part", max_examples=part_of(FUZZ_EXAMPLES), deadline=None)
settings.load_profile("part")


def pytest_report_header() -> str:
    """N of the long suites."""
    rest = "" if SOAK else " (make soak runs all)"
    return f"fuzz: {part_of(FUZZ_EXAMPLES):,} of {FUZZ_EXAMPLES:,} examples a property{rest}"
