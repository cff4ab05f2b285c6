from __future__ import annotations

import itertools

import pytest

from instantchat.errors import Invalid
from instantchat.features.flows.names import clean_name, copies_of


class TestCleanName:
    def test_keeps_a_name_with_single_spaces(self) -> None:
        assert clean_name("  Price   list ") == "Price list"

    @pytest.mark.parametrize("name", [None, "", "   ", "x" * 81, "a\x00b", "a\ud800"])
    def test_refuses_what_is_no_name(self, name: str | None) -> None:
        with pytest.raises(Invalid) as refusal:
            clean_name(name)
        assert refusal.value.code == "flow_name_invalid"
        assert refusal.value.errors[0].field == "name"

    def test_takes_80_characters(self) -> None:
        assert clean_name("ä" * 80) == "ä" * 80


class TestCopiesOf:
    def test_numbers_until_one_is_free(self) -> None:
        assert list(itertools.islice(copies_of("Prices"), 3)) == [
            "Copy of Prices",
            "Copy of Prices (2)",
            "Copy of Prices (3)",
        ]

    def test_cuts_long_names_to_fit(self) -> None:
        names = list(itertools.islice(copies_of("x" * 80), 12))
        assert all(len(name) <= 80 for name in names)
        assert len(set(names)) == 12
