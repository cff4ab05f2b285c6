"""So many in so many seconds."""

from __future__ import annotations

import pytest

from instantchat.errors import TooManyRequests
from instantchat.kit.clock import ManualClock
from instantchat.kit.rate_limit import RateLimit


def allowed(limit: RateLimit, key: str, attempts: int) -> int:
    count = 0
    for _ in range(attempts):
        try:
            limit.take(key)
        except TooManyRequests:
            continue
        count += 1
    return count


class TestRateLimit:
    @pytest.mark.parametrize(("count", "seconds"), [(1, 1), (10, 60), (50, 60), (600, 60), (7, 3)])
    def test_a_burst_of_count_and_no_more(self, count: int, seconds: int) -> None:
        limit = RateLimit(ManualClock(), count, seconds)
        assert allowed(limit, "a", count * 2) == count

    def test_then_one_every_share_of_the_window(self) -> None:
        clock = ManualClock()
        limit = RateLimit(clock, 10, 60)
        allowed(limit, "a", 10)
        clock.advance(5.9)
        assert allowed(limit, "a", 5) == 0
        clock.advance(0.2)
        assert allowed(limit, "a", 5) == 1
        clock.advance(60)
        assert allowed(limit, "a", 20) == 10

    def test_says_how_long_to_wait_and_waiting_helps(self) -> None:
        clock = ManualClock()
        limit = RateLimit(clock, 2, 10)
        allowed(limit, "a", 2)
        with pytest.raises(TooManyRequests) as refusal:
            limit.take("a", "Slow down.")
        assert refusal.value.code == "rate_limited"
        assert refusal.value.message == "Slow down. Try again in 5 seconds."
        assert refusal.value.retry_after == 5
        clock.advance(5)
        limit.take("a")

    def test_being_refused_costs_nothing(self) -> None:
        clock = ManualClock()
        limit = RateLimit(clock, 1, 10)
        allowed(limit, "a", 1000)
        clock.advance(10)
        assert allowed(limit, "a", 1) == 1

    def test_keys_are_apart(self) -> None:
        limit = RateLimit(ManualClock(), 1, 10)
        assert allowed(limit, "a", 2) == 1
        assert allowed(limit, "b", 2) == 1

    def test_forget_starts_over(self) -> None:
        limit = RateLimit(ManualClock(), 1, 10)
        allowed(limit, "a", 1)
        limit.forget("a")
        limit.forget("never seen")
        assert allowed(limit, "a", 2) == 1

    def test_remembers_a_bounded_number_of_keys(self) -> None:
        limit = RateLimit(ManualClock(), 1, 10, keys=2)
        for key in ("a", "b", "c"):
            limit.take(key)
        assert allowed(limit, "c", 1) == 0
        assert allowed(limit, "a", 1) == 1, "the oldest was forgotten"
