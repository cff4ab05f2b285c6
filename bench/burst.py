"""One account's burst beside another's trickle: how much longer the other's replies take."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from bench.row import Row
from bench.stage import NEIGHBOUR, Stage
from tests.support.seed import keyword_flow

_RATE, _SECONDS = 20, 15


def rows(count: int) -> list[Row]:
    """The trickle alone, then beside `count` messages that come to the other account at once; each is answered."""
    trickle = ["--account", NEIGHBOUR, "--word", "cost", "--clients", "8", "--rate", str(_RATE)]
    size = _RATE * _SECONDS
    flows = [keyword_flow(word, "Re {{message.text}}") for word in ("price", "cost")]
    with Stage(*flows) as stage, ThreadPoolExecutor(1) as pool:
        stage.start()
        stage.load(*trickle, "--seconds", "5", "--run", "W")
        warm = len(stage.drained(_RATE * 5))
        stage.load(*trickle, "--seconds", str(_SECONDS), "--run", "A")
        alone = _waits(stage.drained(warm + size)[warm:])
        before = warm + size
        burst = pool.submit(stage.load, "--clients", "32", "--count", str(count), "--warm", "0", "--run", "B")
        stage.load(*trickle, "--seconds", str(_SECONDS), "--run", "C")
        burst.result()
        received = stage.drained(before + count + size)[before:]
    beside = _waits(received)
    later = (_part(beside, 0.99) - _part(alone, 0.99)) * 1000
    answered = len(received) - len(beside)
    figure = (
        f"p50 {_part(beside, 0.5) * 1000:.0f} ms, p99 {_part(beside, 0.99) * 1000:.0f} ms; alone "
        f"{_part(alone, 0.5) * 1000:.0f} and {_part(alone, 0.99) * 1000:.0f} ms "
        f"(n = {len(beside)}, {answered:,} beside)"
    )
    is_met = later < 200 and len(beside) == size and answered == count
    what = f"a trickle beside a burst of {count:,}, webhook to send"
    return [Row(what, figure, "p99 < 200 ms later", is_met)]


def _waits(received: list[tuple[str, str, float]]) -> list[float]:
    return sorted(at - float(text.split()[3]) for _, text, at in received if text.split()[1] == "cost")


def _part(waits: list[float], part: float) -> float:
    return waits[int(len(waits) * part)]
