# ruff: noqa: S101 - a program for the terminal
"""The first three budgets of the design: webhooks taken in, answered by a flow, and how long that takes."""

from __future__ import annotations

from bench.row import Row
from bench.stage import Stage
from tests.support.seed import keyword_flow

_FLOW = keyword_flow("price", "Re {{message.text}}")


def accept(count: int) -> list[Row]:
    """Webhooks accepted durably, no flow active."""
    with Stage(None) as stage:
        stage.start()
        load = stage.load("--clients", "32", "--count", str(count), "--warm", "1000")
        cpu = stage.cpu() / (count + 1000) * 1e6
        stored = stage.count("SELECT count(*) FROM events WHERE kind = 'message'")
    assert stored == count + 1000, f"{stored} events stored, {count + 1000} accepted"
    rate = load["accepted"] / load["seconds"]
    figure = f"{rate:,.0f}/s (p99 {load['p99'] * 1000:.0f} ms, {load['refused']} refused; {cpu:.0f} µs of CPU each)"
    return [Row("webhook accepted durably, 32 clients", figure, "≥ 2,000/s", rate >= 2000 and not load["refused"])]


def loop(count: int) -> list[Row]:
    """From the first delivery to the last answer at the sink, everything recorded; then with the echo of each answer,
    which is as many events again."""
    return [
        _loop(count, "webhook → keyword flow → send, all recorded", "≥ 1,000/s", least=1000),
        _loop(count, "the same with an echo of each", "every echo taken in", echoes=True),
    ]


def steady(seconds: float) -> list[Row]:
    """Webhook to send at 50 a second, measured at the sink, without echoes and with them."""
    return [
        _steady(seconds, "the same at 50/s, webhook to send"),
        _steady(seconds, "at 50/s with an echo of each", echoes=True),
    ]


def _loop(count: int, what: str, budget: str, *, least: float = 0.0, echoes: bool = False) -> Row:
    with Stage(_FLOW, echoes=echoes) as stage:
        stage.start()
        load = stage.load("--clients", "32", "--count", str(count), "--warm", "1000")
        received = stage.drained(count + 1000)
        stage.settled()
        cpu = stage.cpu() / (count + 1000) * 1e6
        memory = stage.memory()
        sent = stage.count("SELECT count(*) FROM messages WHERE direction = 'out' AND status = 'sent'")
        echoed = stage.count(_ECHOED)
    counted = [at for _, text, at in received if int(text.split()[2]) >= 1000]
    rate = len(counted) / (max(counted) - load["began"])
    is_whole = len(received) == sent == count + 1000 and echoed == (sent if echoes else 0)
    figure = f"{rate:,.0f}/s ({sent:,} recorded as sent; {cpu:.0f} µs of CPU each; holds {memory:.0f} MB)"
    return Row(what, figure, budget, rate >= least and is_whole)


def _steady(seconds: float, what: str, *, echoes: bool = False) -> Row:
    with Stage(_FLOW, echoes=echoes) as stage:
        stage.start()
        stage.load("--clients", "4", "--count", "500", "--warm", "100", "--run", "W")
        warm = len(stage.drained(600))
        stage.load("--clients", "16", "--rate", "50", "--seconds", str(seconds), "--run", "S")
        received = stage.drained(warm + int(50 * seconds))[warm:]
        stage.settled()
        echoed = stage.count(_ECHOED)
    waits = sorted(at - float(text.split()[3]) for _, text, at in received)
    p50, p99 = waits[len(waits) // 2] * 1000, waits[int(len(waits) * 0.99)] * 1000
    figure = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms (n = {len(waits)}, max {waits[-1] * 1000:.0f} ms)"
    is_whole = len(waits) == int(50 * seconds) and echoed == (warm + len(waits) if echoes else 0)
    return Row(what, figure, "p50 ≤ 10 ms, p99 ≤ 40 ms", p50 <= 10 and p99 <= 40 and is_whole)


_ECHOED = "SELECT count(*) FROM events WHERE kind = 'echo' AND decision LIKE '%own_message%'"
