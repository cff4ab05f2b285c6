from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.pitfalls.shop import Shop, a_shop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """Connected, without a flow."""
    async with a_shop(tmp_path) as opened:
        yield opened
