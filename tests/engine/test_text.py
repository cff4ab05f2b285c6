from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instantchat.engine.text import fold, is_emoji, shorten, split_text


class TestSplitText:
    def test_short_text_is_one_part(self) -> None:
        assert split_text(" Hello \n") == ["Hello"]
        assert split_text("  ") == []

    def test_counts_bytes_not_characters(self) -> None:
        assert split_text("é" * 500) == ["é" * 500]
        assert split_text("é" * 501) == ["é" * 500, "é"]

    def test_cuts_at_white_space(self) -> None:
        assert split_text("one two three four five", 16) == ["one two three", "four five"]
        assert split_text("exactly sixteen! more", 16) == ["exactly sixteen!", "more"]

    def test_emoji_stay_whole(self) -> None:
        family = "👨‍👩‍👧"  # 18 bytes
        assert split_text(family * 3, 40) == [family * 2, family]
        assert split_text("👍🏽" * 3, 20) == ["👍🏽" * 2, "👍🏽"]
        assert split_text("🇪🇸" * 3, 20) == ["🇪🇸" * 2, "🇪🇸"]
        assert split_text("e\u0301" * 6, 16) == ["e\u0301" * 5, "e\u0301"]

    def test_a_lone_surrogate_is_replaced(self) -> None:
        assert split_text("a\ud800b") == ["a?b"]

    @given(st.text(max_size=400), st.integers(16, 200))
    def test_loses_nothing_but_white_space(self, text: str, limit: int) -> None:
        parts = split_text(text, limit)
        assert all(0 < len(part.encode()) <= limit for part in parts)
        assert "".join("".join(parts).split()) == "".join(text.split())


class TestFold:
    def test_equal_forms(self) -> None:
        assert fold(" Hello  World ") == "hello world"
        assert fold("a\tb\n") == "a b"
        assert fold("STRASSE") == fold("straße")
        assert fold("It’s") == fold("it's")
        assert fold("cafe\u0301") == fold("CAFÉ")

    @given(st.text())
    def test_is_stable(self, text: str) -> None:
        assert fold(text) == fold(f"  {text} ")


def test_shorten() -> None:
    assert shorten("a\n b", 10) == "a b"
    assert shorten("abcdef", 4) == "abc…"


class TestIsEmoji:
    @pytest.mark.parametrize("text", ["😀", "❤", "❤️", "👍🏽", "👨‍👩‍👧", "🇪🇸", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣"])
    def test_one_picture_is(self, text: str) -> None:
        assert is_emoji(text)

    @pytest.mark.parametrize("text", ["", " ", "a", "1", "á", "love", "😀😀", "😀 ", " 😀", "a😀", "🇪🇸🇫🇷"])
    def test_anything_else_is_not(self, text: str) -> None:
        assert not is_emoji(text)
