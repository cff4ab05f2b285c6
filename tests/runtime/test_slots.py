"""Limits of single kinds of messages."""

from __future__ import annotations

from instantchat.runtime.slots import Slots


class TestSlots:
    def test_no_span_sees_more_than_the_limit(self) -> None:
        slots = Slots(3, 10.0)
        assert [slots.wait("a", str(number), 100.0) for number in range(7)] == [0, 0, 0, 10, 10, 10, 20]

    def test_a_slot_is_kept_for_who_got_it(self) -> None:
        slots = Slots(1, 10.0)
        assert [slots.wait("a", "first", 0.0), slots.wait("a", "second", 0.0)] == [0, 10]
        assert slots.wait("a", "third", 10.0) == 10
        assert slots.wait("a", "second", 10.0) == 0

    def test_the_window_slides(self) -> None:
        slots = Slots(2, 10.0)
        assert [slots.wait("a", "1", 0.0), slots.wait("a", "2", 6.0), slots.wait("a", "3", 9.0)] == [0, 0, 1]
        assert slots.wait("a", "4", 11.0) == 5

    def test_accounts_do_not_slow_each_other(self) -> None:
        slots = Slots(1, 10.0)
        assert [slots.wait("a", "1", 0.0), slots.wait("b", "2", 0.0)] == [0, 0]

    def test_zero_is_no_limit(self) -> None:
        slots = Slots(0, 10.0)
        assert {slots.wait("a", str(number), 0.0) for number in range(1000)} == {0}

    def test_places_can_be_taken_without_a_message(self) -> None:
        slots = Slots(2, 1.0)
        assert [slots.take("a", 10.0) for _ in range(5)] == [0, 0, 1, 1, 2]
        assert slots.take("b", 10.0) == 0
        assert [Slots(0, 1.0).take("a", 10.0) for _ in range(3)] == [0, 0, 0]
