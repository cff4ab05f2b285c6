"""`docs/instagram-fidelity.md`: how true to Instagram the product is, read from the tests, and what nobody could check.

The lists (rows, codes, pitfalls, lines, assumptions) are written here; what holds each comes from the tests' source, so
that one without a test is seen on the page and turns `tests/docs` red.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from . import codes, payloads, pitfalls, simulator, unverified

PAGE = "instagram-fidelity.md"
INTRO = """\
# True to Instagram

InstantChat was built without an account at Meta: from what Meta documents, what others captured and reported, and
against a simulator that refuses what Instagram refuses. This page lists all of it beside the test that holds it, and
is made from those tests, so that a line without one is plain to see. What nobody could check is at its
[end](#not-verified-against-the-live-api): read that before you rely on the rest."""


def write() -> Iterator[str]:
    """The page."""
    yield from (INTRO, "", *_counts(), "")
    for part in (payloads, codes, pitfalls, simulator, unverified):
        yield from part.write()


def untested() -> list[str]:
    """Every row, code and pitfall of the lists that no test holds."""
    rows = {**payloads.webhooks(), **payloads.answers()}
    found = [f"row {row}" for row, tests in rows.items() if not tests and row not in payloads.UNREAD]
    found += [f"code {code}" for code, tests in codes.codes().items() if not tests]
    return found + [f"pitfall {number}" for number, tests in pitfalls.pitfalls().items() if not tests]


def _counts() -> Iterator[str]:
    held: dict[str, Iterable[Sequence[str]]] = {
        "documented or observed webhooks": payloads.webhooks().values(),
        "answers of the API": payloads.answers().values(),
        "error codes": codes.codes().values(),
        "pitfalls of other products": pitfalls.pitfalls().values(),
        "behaviours of the simulator": simulator.lines().values(),
    }
    yield from ("| | listed | with a test |", "|---|---|---|")
    for what, found in held.items():
        tested = [bool(tests) for tests in found]
        yield f"| {what} | {len(tested)} | {sum(tested)} |"
    yield f"| not verified against the live API | {len(unverified.ASSUMPTIONS)} | |"
