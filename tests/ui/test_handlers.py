"""Reflex lets any browser call any public method of any state: without a session none of them may reach a service."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import reflex as rx
from reflex.event import EventHandler

from instantchat.errors import AppError
from instantchat.kit.discovery import import_modules
from tests.ui.conftest import Tab

SAMPLES: dict[Any, Any] = {str: "x", int: 1, float: 1.0, bool: True, dict: {}, list: [], Any: {}}
FOR_VISITORS = {"DataDeletion.load"}  # shows one deletion to whoever has its unguessable code


def handlers() -> Iterator[Any]:
    for module in import_modules("instantchat.features") + import_modules("instantchat.ui"):
        for value in vars(module).values():
            if inspect.isclass(value) and issubclass(value, rx.State) and value.__module__ == module.__name__:
                for name, handler in value.event_handlers.items():
                    is_ours = handler.fn.__module__.startswith("instantchat")
                    if is_ours and f"{value.__name__}.{name}" not in FOR_VISITORS:
                        yield pytest.param(value, handler, id=f"{value.__name__}.{name}")


@pytest.mark.parametrize(("kind", "handler"), list(handlers()))
async def test_visitors_reach_nothing(tab: Tab, kind: type[rx.State], handler: EventHandler) -> None:
    """The assembly of these tests fails the test when anything but the session check is touched."""
    state = tab.at("/chats", cookie="revoked").state(kind)
    with contextlib.suppress(AppError):
        await carry_out(handler.fn(state, *arguments(handler.fn)))


def arguments(function: Any) -> list[Any]:
    hints = get_type_hints(function)
    names = list(inspect.signature(function).parameters)[1:]
    return [sample(hints.get(name, Any)) for name in names]


def sample(hint: Any) -> Any:
    kind = get_origin(hint) or hint
    if kind not in SAMPLES and get_args(hint):
        kind = get_args(hint)[0]
    return SAMPLES.get(kind, "x")


async def carry_out(result: Any) -> None:
    if inspect.isasyncgen(result):
        async for _ in result:
            pass
    elif inspect.isawaitable(result):
        await result
