"""What tests of writing in the inbox need."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest

from instantchat.errors import AppError
from instantchat.features.auth.member import Member
from instantchat.features.inbox.service import InboxService
from instantchat.kit.clock import ManualClock
from instantchat.store import records as r
from instantchat.store.ports import Store


async def refused(call: Awaitable[Any], kind: type[AppError], code: str) -> None:
    """The call is refused with this code and a sentence."""
    with pytest.raises(kind) as caught:
        await call
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


@pytest.fixture
def woken() -> list[bool]:
    return []


@pytest.fixture
def inbox(store: Store, clock: ManualClock, publisher: Any, woken: list[bool]) -> InboxService:
    return InboxService(store, clock, publisher, lambda: woken.append(True))


@pytest.fixture
async def thread(talk: Any, ann: Member) -> r.Thread:
    thread: r.Thread = await talk(ann)
    return thread
