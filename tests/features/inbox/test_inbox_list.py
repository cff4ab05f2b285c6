"""Where the inbox's list puts a conversation that something happened in."""

from __future__ import annotations

from instantchat.features.inbox.views import Row, placed


def row(row_id: str, at: str) -> Row:
    return Row(row_id, "acc", "", "", "", "", at, False, 0, "open", "", "", "")


LIST = [row("c", "2026-01-03"), row("b", "2026-01-02"), row("a", "2026-01-01")]


def ids(rows: list[Row]) -> str:
    return "".join(each.id for each in rows)


def test_a_new_message_moves_it_to_the_top() -> None:
    assert ids(placed(LIST, row("a", "2026-01-04"), fits=True, has_more=True)) == "acb"


def test_one_that_no_longer_fits_the_filters_goes() -> None:
    assert ids(placed(LIST, row("b", "2026-01-02"), fits=False, has_more=False)) == "ca"


def test_a_new_one_at_the_end_belongs_to_the_next_page_where_there_is_one() -> None:
    old = row("z", "2025-01-01")
    assert ids(placed(LIST, old, fits=True, has_more=True)) == "cba"
    assert ids(placed(LIST, old, fits=True, has_more=False)) == "cbaz"


def test_the_last_one_stays_when_something_else_about_it_changes() -> None:
    """It was left out, then the one before it, and so on, until one was left."""
    assert ids(placed(LIST, row("a", "2026-01-01"), fits=True, has_more=True)) == "cba"
