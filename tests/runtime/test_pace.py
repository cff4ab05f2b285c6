"""Sends per account and second."""

from __future__ import annotations

import pytest

from instantchat.channels.instagram.answers import Usage
from instantchat.runtime import pace
from instantchat.runtime.pace import Pace


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [1000.0]
    monkeypatch.setattr(pace, "monotonic", lambda: moment[0])
    return moment


class TestPace:
    def test_no_second_sees_more_than_the_limit(self, now: list[float]) -> None:
        limited, sent = Pace(100), []
        for _ in range(3000):
            per_account, excluded, _ = limited.allowance()
            if "a" not in excluded:
                limited.spend(["a"] * per_account)
                sent += [now[0]] * per_account
            now[0] += 0.001
        busiest = max(sum(start <= at < start + 1 for at in sent) for start in sent)
        assert 90 <= busiest <= 100

    def test_accounts_do_not_slow_each_other(self, now: list[float]) -> None:
        limited = Pace(10)
        limited.spend(["a"])
        per_account, excluded, wait = limited.allowance()
        assert (per_account, excluded) == (1, {"a"})
        assert wait == pytest.approx(1 / 9)

    def test_zero_is_no_limit(self, now: list[float]) -> None:
        limited = Pace(0)
        limited.spend(["a"] * 1000)
        assert limited.allowance()[1:] == (set(), None)

    def test_a_throttled_account_waits(self, now: list[float]) -> None:
        limited = Pace(0)
        limited.block("a", 4)
        assert limited.allowance()[1:] == ({"a"}, 4)
        now[0] += 4
        assert limited.allowance()[1:] == (set(), None)

    @pytest.mark.parametrize(("percent", "wait"), [(79, None), (80, 1 / 16), (94, 15 / 16), (95, 60), (100, 60)])
    def test_slows_down_before_the_limit_is_hit(self, now: list[float], percent: float, wait: float | None) -> None:
        limited = Pace(0)
        limited.heed("a", Usage(percent))
        assert limited.allowance()[2] == (None if wait is None else pytest.approx(wait))

    def test_stops_for_as_long_as_instagram_says(self, now: list[float]) -> None:
        limited = Pace(0)
        limited.heed("a", Usage(97, regain_seconds=1200))
        assert limited.allowance()[1:] == ({"a"}, 1200)
