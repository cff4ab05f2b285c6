from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.simulator.world import World, a_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Connected: the account is subscribed and `world.token` is good."""
    async with a_world(tmp_path) as made:
        yield made


@pytest.fixture
async def unconnected(tmp_path: Path) -> AsyncIterator[World]:
    """Before anybody connected."""
    async with a_world(tmp_path, connected=False) as made:
        yield made
