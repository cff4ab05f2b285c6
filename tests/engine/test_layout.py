from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from instantchat.engine.layout import COLUMN, LEFT, ROW, TOP, place


def cells(ids: str, ways: str) -> dict[str, tuple[int, int]]:
    """(column, row) by id; ways as `ab bc`."""
    places = place(list(ids), [(way[0], way[1]) for way in ways.split()])
    return {name: ((x - LEFT) // COLUMN, (y - TOP) // ROW) for name, (x, y) in places.items()}


def test_a_chain_goes_to_the_right() -> None:
    assert cells("abc", "ab bc") == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}


def test_ways_have_their_own_rows_and_meet_behind_the_longest() -> None:
    found = cells("abcde", "ab ac bd de ce")
    assert found == {"a": (0, 0), "b": (1, 0), "c": (1, 1), "d": (2, 0), "e": (3, 0)}


def test_a_way_back_moves_nothing() -> None:
    assert cells("abc", "ab bc cb ca cc") == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}


def test_unconnected_nodes_stand_below_each_other() -> None:
    assert cells("abc", "") == {"a": (0, 0), "b": (0, 1), "c": (0, 2)}


def test_the_order_written_does_not_have_to_be_that_of_the_way() -> None:
    assert cells("cba", "ab bc") == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}


def test_five_hundred_in_a_row_and_in_a_ring() -> None:
    ids = [str(number) for number in range(500)]
    ways = list(zip(ids, [*ids[1:], "0"], strict=True))
    assert place(ids, ways)["499"] == (LEFT + 499 * COLUMN, TOP)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdefx"))))
def test_no_two_nodes_share_a_place(ways: list[tuple[str, str]]) -> None:
    places = place(list("abcdef"), ways)
    assert list(places) == list("abcdef")
    assert len(set(places.values())) == 6
    assert places == place(list("abcdef"), ways)
