"""`/data-deletion/[code]`: open to whoever has the code, and to nobody's data without it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from instantchat.errors import NotFound
from instantchat.features.callbacks.state import DataDeletion
from instantchat.store.records import Deletion
from tests.ui.conftest import Assembly, Tab

Opened = Callable[[str], Awaitable[Any]]
NOON = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)


@pytest.fixture
def known(parts: Assembly) -> dict[str, Deletion]:
    """Deletions by code."""
    found: dict[str, Deletion] = {}

    async def deletion(code: str) -> Deletion:
        if code not in found:
            raise NotFound("deletion_unknown", "No.")
        return found[code]

    parts.callbacks = SimpleNamespace(deletion=deletion)
    return found


@pytest.fixture
def opened(tab: Tab, known: dict[str, Deletion], monkeypatch: pytest.MonkeyPatch) -> Opened:
    """The page with this code in its address."""

    async def opened(code: str) -> Any:
        monkeypatch.setattr(DataDeletion, "code", code, raising=False)  # Reflex adds it with the route
        state = tab.at(f"/data-deletion/{code}").state(DataDeletion)
        await DataDeletion.event_handlers["load"].fn(state)
        return state

    return opened


class TestLoad:
    @pytest.mark.parametrize("name", ["received", "in_progress"])
    async def test_under_way(self, opened: Opened, known: dict[str, Deletion], name: Any) -> None:
        known["abc"] = Deletion("abc", "key", name, NOON, 5)
        state = await opened("abc")
        assert (state.status, state.received, state.done) == (name, "9 March 2026", "")
        assert (state.confirmation, state.held_nothing) == ("abc", False)

    async def test_done(self, opened: Opened, known: dict[str, Deletion]) -> None:
        known["abc"] = Deletion("abc", "key", "done", NOON, 5, NOON + dt.timedelta(days=1))
        state = await opened("abc")
        assert (state.status, state.done, state.held_nothing) == ("done", "10 March 2026", False)

    async def test_of_somebody_unknown(self, opened: Opened, known: dict[str, Deletion]) -> None:
        known["abc"] = Deletion("abc", "key", "done", NOON, 0, NOON)
        assert (await opened("abc")).held_nothing

    async def test_an_unknown_code(self, opened: Opened) -> None:
        state = await opened("nonsense")
        assert (state.status, state.received, state.done) == ("unknown", "", "")
