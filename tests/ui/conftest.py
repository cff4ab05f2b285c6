"""States outside a browser: a tab with a cookie, and an assembly in which only the session is real."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
import reflex as rx
from reflex.istate.data import RouterData

from instantchat import assembly
from instantchat.errors import Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.store.records import User

ANA = User("usr_1", "wsp_1", "owner", "Ana", "ana@example.com", "-", None, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
BEN = User("usr_2", "wsp_2", "owner", "Ben", "ben@example.com", "-", None, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


class Sessions:
    """An auth service that knows two cookies."""

    people = {"ana-cookie": ANA, "ben-cookie": BEN}

    async def verify_cookie(self, cookie: str) -> Any:
        user = self.people.get(cookie)
        if user is None:
            raise Unauthenticated("token_invalid", "You are not signed in.")
        return SimpleNamespace(user=user, member=_member(user))

    async def member_from_cookie(self, cookie: str) -> Member:
        return (await self.verify_cookie(cookie)).member


class Assembly:
    """Every part but `auth` and the settings is out of bounds."""

    def __init__(self) -> None:
        self.auth = Sessions()
        self.settings = SimpleNamespace(simulator_on=True)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"assembly.{name} was reached")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Assembly:
    found = Assembly()
    monkeypatch.setattr(assembly, "_current", found)
    return found


class Tab:
    """A browser tab: every state of it, and where it is."""

    def __init__(self) -> None:
        self.root = rx.State(_reflex_internal_init=True)

    def at(self, address: str, *, cookie: str = "") -> Tab:
        path, _, query = address.partition("?")
        data = {
            "pathname": path,
            "asPath": address,
            "query": dict(pair.split("=", 1) for pair in query.split("&") if pair),
            "headers": {"cookie": f"instantchat_session={cookie}" if cookie else "", "origin": "http://localhost"},
        }
        self.root.router = RouterData.from_router_data(data)
        return self

    def state(self, kind: type[rx.State]) -> Any:
        return self.root.get_substate(kind.get_full_name().split("."))


@pytest.fixture
def tab(parts: Assembly) -> Tab:
    return Tab()


def _member(user: User) -> Member:
    return Member(user.id, user.workspace_id, user.role, user.name, user.email, "ses_1")
