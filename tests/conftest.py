"""What all tests share: the size of the long suites, printed with every run, and the pages in a browser."""

from __future__ import annotations

from _pytest.terminal import TerminalReporter
from hypothesis import settings

from tests.support.scale import FUZZ_EXAMPLES, SOAK, part_of

pytest_plugins = ["tests.support.site_fixtures"]

settings.register_profile("part", max_examples=part_of(FUZZ_EXAMPLES), deadline=None)
settings.load_profile("part")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """N of the long suites; a quiet run shows no header, so at the end."""
    rest = "" if SOAK else " (make soak runs all)"
    terminalreporter.write_line(f"fuzz: {part_of(FUZZ_EXAMPLES):,} of {FUZZ_EXAMPLES:,} examples a property{rest}")
