"""Pitfall 25: the login dialog in a browser."""

from __future__ import annotations

import pytest

from tests.support.browser import Person

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def test_pitfall_25_the_login_is_a_full_page(ana: Person) -> None:
    """Instagram's login breaks in a popup ("400 Session Invalid").

    The page itself goes there and comes back; no window is opened.
    """
    page = ana.page("/connect-instagram")
    page.get_by_role("button", name="Connect Instagram").click()
    page.wait_for_url("**/simulator/meta/oauth/authorize**")
    assert ana.context.pages == [page]
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/connect-instagram**")
