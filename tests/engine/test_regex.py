from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instantchat.engine.regex import PatternError, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("", "", True),
        (r"^\d{3}-\d+$", "555-12", True),
        (r"^\d{3}-\d+$", "55-12", False),
        (r"\bcat\b", "the CAT sat", True),
        (r"\bcat\b", "concat", False),
        (r"\Bcat", "concat", True),
        ("h[ae]llo|bye", "well, hallo", True),
        ("[^a-z]", "abc", False),
        ("[A-Z]+1", "ab1", True),
        ("[]a]", "]", True),
        ("[a-]", "-", True),
        ("[\\d.]+x", "3.5X", True),
        ("x{2,3}?y", "xxy", True),
        ("x{2}y", "xy", False),
        ("(?:a|b)*c$", "ababc", True),
        ("(a*)*b", "aaab", True),
        ("a.c", "a\nc", False),
        (r"a\.c", "abc", False),
        ("straße", "STRASSE", True),
        ("ñ+", "AÑO", True),
    ],
)
def test_search(pattern: str, text: str, expected: bool) -> None:
    assert compile_pattern(pattern).search(text) is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        (r"\d{5}", "28001", True),
        (r"\d{5}", "28001 Madrid", False),
        (r"\d{5}", "a28001", False),
        ("yes|yes please", "Yes please", True),
        ("^a+$", "aaa", True),
        ("a*?", "aaa", True),
        (r"\bcat\b", "cat", True),
        ("straße", "STRASSE", True),
        ("a*", "a" * 1000, True),
        ("a*", "a" * 1001, False),
        ("ß*", "ß" * 501, False),
    ],
)
def test_fullmatch(pattern: str, text: str, expected: bool) -> None:
    assert compile_pattern(pattern).fullmatch(text) is expected


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[a", "*a", "a**", "a{2}{3}", "a{2,1}", "a{9999}", "a{x}", "(a{99}){99}", "\\", r"\1", r"\p", "(?=a)",
     "(?P<n>a)", "(?i)a", "[z-a]", "a" * 301, "(" * 40 + ")" * 40],
)  # fmt: skip
def test_what_is_refused_says_why(pattern: str) -> None:
    with pytest.raises(PatternError) as raised:
        compile_pattern(pattern)
    assert str(raised.value)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|aa)*$", "(.*)*x$", "(x?){60}(.*.*.*.*a){5}z", "(((a*)*)*)*b"])
def test_no_pattern_runs_away(pattern: str) -> None:
    # A matcher that backtracks would not come back from these in a lifetime.
    assert not compile_pattern(pattern).search("a" * 999 + "!")


NASTY = [
    "^(a+)+$", "^(a|aa)*$", "(.*)*x$", "(x?){60}(.*.*.*.*a){5}z", "(((a*)*)*)*b", "(.?){240}x", "(a{0,99}){2}b",
    "(.*.*.*.*.*){40}x", "([ab]?[bc]?[ac]?){75}x", r"(\b\w?\B\W?$?^?){30}x", "(" * 25 + "a*" + ")*" * 25 + "b",
    "".join(f"[^{chr(0x4E00 + index)}]?" for index in range(58)) + "x",
]  # fmt: skip
TEXTS = ["a" * 999 + "!", "abc" * 333, "a b " * 250, "".join(chr(0x4E00 + index) for index in range(1000))]


@pytest.mark.parametrize("pattern", NASTY)
@pytest.mark.parametrize("text", TEXTS)
def test_a_search_takes_a_bounded_number_of_steps(pattern: str, text: str) -> None:
    compile_pattern.cache_clear()
    compiled = compile_pattern(pattern)
    with counted_lines() as lines:
        compiled.search(text)
    assert lines[0] < 700_000  # 34 ms for 570,000 lines of Python, measured on two shared cores


@contextmanager
def counted_lines() -> Iterator[list[int]]:
    """How many lines of the matcher run: the same number on any machine."""
    lines, before = [0], sys.gettrace()

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        if "regex" not in frame.f_code.co_filename:
            return None
        lines[0] += event == "line"
        return trace

    sys.settrace(trace)
    try:
        yield lines
    finally:
        sys.settrace(before)


def test_only_the_first_thousand_characters_are_searched() -> None:
    assert compile_pattern("b").search("a" * 999 + "b")
    assert not compile_pattern("b").search("a" * 1000 + "b")


SAFE = st.from_regex(
    r"[abc.]{1,3}([*+?]|\{1,2\})?(\|[abc]{1,2}|\([ab]\|c\)[*+?]?|\[ab\]\+|\[\^a\]|\\b|\$){0,2}", fullmatch=True
)


@given(SAFE, st.text(alphabet="abcd ", max_size=12))
def test_agrees_with_python(pattern: str, text: str) -> None:
    assert compile_pattern(pattern).search(text) is (
        re.search(pattern.replace("$", r"\Z"), text, re.IGNORECASE) is not None
    )
    assert compile_pattern(pattern).fullmatch(text) is (
        re.fullmatch(pattern.replace("$", r"\Z"), text, re.IGNORECASE) is not None
    )
