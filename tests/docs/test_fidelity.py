"""The page about how true to Instagram the product is: every known row, code and pitfall has a test, and it says so."""

from __future__ import annotations

import re

import pytest

from instantchat.channels.instagram.errors import RefusalKind, classify
from scripts import reference
from scripts.reference import fidelity
from scripts.reference.fidelity import codes, evidence, pitfalls, simulator
from scripts.reference.fidelity.payloads import ANSWERS, SEEN, WEBHOOKS

WRITTEN = reference.DOCS / fidelity.PAGE
PAGE = reference.documents()[WRITTEN]
UNKNOWN = {"1", "1/99"}


def test_is_what_the_tests_say() -> None:
    assert WRITTEN.read_text() == PAGE, "stale: run .venv/bin/python -m scripts.reference"


def test_every_row_code_and_pitfall_has_a_test() -> None:
    assert fidelity.untested() == ["pitfall 15"]  # it comes with the check for missed messages


def test_no_test_is_of_a_row_code_or_pitfall_that_is_not_listed() -> None:
    rows = {case.split(" ")[0] for case in evidence.table(SEEN, "SEEN")} - {"dashboard"}
    assert rows == set(WEBHOOKS)
    assert set(evidence.table(codes.TESTS, "CODES")) - {"190/0", "190/4711"} == set(codes.CODES)
    listed = {test for found in pitfalls.pitfalls().values() for test in found}
    assert listed == set(evidence.tests(pitfalls.FOLDER))


def test_every_code_has_a_class_of_its_own() -> None:
    for code in codes.CODES:
        number, _, subcode = code.partition("/")
        found = classify(400, {"error": {"code": int(number), "error_subcode": int(subcode or 0)}})
        assert (found.kind is RefusalKind.UNKNOWN) == (code in UNKNOWN), code


def test_every_pitfall_says_what_goes_wrong_and_what_we_do() -> None:
    for test, docstring in evidence.tests(pitfalls.FOLDER).items():
        assert all(len(part) > 20 and part.endswith(".") for part in pitfalls.sentences(docstring)), test


def test_the_tests_of_the_simulator_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert simulator.lines()
    monkeypatch.setattr(simulator, "LINES", (("flies", ("test_sends.py::TestSend::test_flies",)),))
    with pytest.raises(LookupError, match="test_flies"):
        simulator.lines()


def test_the_counts_match_the_tables() -> None:
    counts = {
        name: (int(listed), int(held or 0))
        for name, listed, held in re.findall(r"^\| ([\w ]+) \| (\d+) \| (\d*) ?\|$", section(""), re.M)
    }
    lines = {name: rows(heading) for name, heading in HEADINGS.items()}
    assert {name: listed for name, (listed, _) in counts.items()} == {name: len(found) for name, found in lines.items()}
    for name, (_, held) in counts.items():
        assert held == sum("`" in row.rsplit(" | ", 1)[1] for row in lines[name]) * (name != UNTESTED), name
    assert len(lines["documented or observed webhooks"]) == 40 + 1 + 12 + 1  # A, B, C, D


def test_a_row_without_a_test_is_plain_to_see(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WEBHOOKS, "A41", "something new")
    monkeypatch.setitem(ANSWERS, "E18", "something new")
    monkeypatch.setattr(codes, "CODES", (*codes.CODES, "4242"))
    monkeypatch.setitem(pitfalls.SEEN_AT, 27, ("a/b/issues/1",))
    added = ["row A41", "row E18", "code 4242", "pitfall 27"]
    assert [each for each in fidelity.untested() if each in added] == added
    page = "\n".join(fidelity.write())
    for row in (r"\| A41 \| something new", r"\| E18 \| something new", r"\| 4242 \|", r"\| 27 \|"):
        assert re.search(rf"^{row} .*\*\*no test\*\*", page, re.M), row


UNTESTED = "not verified against the live API"
HEADINGS = {
    "documented or observed webhooks": "Webhooks",
    "answers of the API": "Answers",
    "error codes": "Error codes",
    "pitfalls of other products": "Pitfalls",
    "behaviours of the simulator": "Simulator",
    UNTESTED: "Not verified against the live API",
}


def section(heading: str) -> str:
    """The text under a heading of the page; without one, what is before the first."""
    parts = re.split(r"^## (.+)$", PAGE, flags=re.M)
    return parts[0] if not heading else parts[parts.index(heading) + 1]


def rows(heading: str) -> list[str]:
    """The rows of the section's table."""
    return [line for line in section(heading).splitlines() if line.startswith("| ")][1:]
