"""Who gets in, where the others go, and what is left behind in a tab."""

from __future__ import annotations

from typing import Any

import pytest
from reflex.utils.format import json_dumps

from instantchat.errors import Unauthenticated
from instantchat.features.auth.state import Session, current_member, safe_path
from instantchat.ui.live import Shell
from tests.ui.conftest import Tab


def target(event: Any) -> str | None:
    """Where a redirect event leads."""
    if event is None:
        return None
    found = {str(name): str(value) for name, value in event.args}
    return found["path"].strip('"')


class TestGuard:
    async def test_shows_who_is_signed_in(self, tab: Tab) -> None:
        session = tab.at("/", cookie="ana-cookie").state(Session)
        assert await Session.guard.fn(session) is None
        assert (session.name, session.email, session.is_known) == ("Ana", "ana@example.com", True)

    async def test_sends_visitors_to_sign_in_and_remembers_where_they_wanted_to_go(self, tab: Tab) -> None:
        session = tab.at("/chats?filter=open").state(Session)
        assert target(await Session.guard.fn(session)) == "/login?next=/chats%3Ffilter%3Dopen"

    async def test_sends_visitors_of_the_first_page_to_the_plain_address(self, tab: Tab) -> None:
        assert target(await Session.guard.fn(tab.at("/").state(Session))) == "/login"

    async def test_empties_the_tab_when_somebody_else_signs_in(self, tab: Tab) -> None:
        await Session.guard.fn(tab.at("/", cookie="ana-cookie").state(Session))
        tab.state(Shell).unread = 7
        await Session.guard.fn(tab.at("/", cookie="ben-cookie").state(Session))
        assert tab.state(Shell).unread == 0
        assert tab.state(Session).name == "Ben"

    async def test_empties_the_tab_when_the_session_has_ended(self, tab: Tab) -> None:
        await Session.guard.fn(tab.at("/", cookie="ana-cookie").state(Session))
        await Session.guard.fn(tab.at("/", cookie="revoked").state(Session))
        assert tab.state(Session).email == ""

    async def test_sends_nothing_secret_to_the_browser(self, tab: Tab) -> None:
        session = tab.at("/", cookie="ana-cookie").state(Session)
        await Session.guard.fn(session)
        assert "ana-cookie" not in json_dumps(tab.root.dict())


class TestVisit:
    async def test_leaves_visitors_where_they_are(self, tab: Tab) -> None:
        assert await Session.visit.fn(tab.at("/login").state(Session)) is None

    async def test_sends_people_who_are_signed_in_on(self, tab: Tab) -> None:
        session = tab.at("/login?next=/chats", cookie="ana-cookie").state(Session)
        assert target(await Session.visit.fn(session)) == "/chats"


class TestCurrentMember:
    async def test_is_the_person_of_the_cookie(self, tab: Tab) -> None:
        assert (await current_member(tab.at("/", cookie="ben-cookie").state(Shell))).workspace_id == "wsp_2"

    @pytest.mark.parametrize("cookie", ["", "revoked", 'quo"te', "=;="])
    async def test_refuses_everybody_else(self, tab: Tab, cookie: str) -> None:
        with pytest.raises(Unauthenticated):
            await current_member(tab.at("/", cookie=cookie).state(Shell))


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("/chats/1?x=y", "/chats/1?x=y"),
        ("", "/"),
        (None, "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\\..\\evil", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/chats\r\nX: y", "/"),
    ],
)
def test_next_leads_only_within_this_site(wanted: str | None, kept: str) -> None:
    assert safe_path(wanted) == kept
