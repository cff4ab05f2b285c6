"""Signing out in a browser with several tabs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.support.site import Site, running_site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("session")) as running:
        yield running


def test_signing_out_in_one_tab_empties_the_others(site: Site) -> None:
    person = site.member()
    inbox, settings = person.page("/chats"), person.page("/settings")
    expect(inbox.get_by_text("No conversations yet")).to_be_visible()
    settings.get_by_role("button", name="Ana").click()
    settings.get_by_role("menuitem", name="Sign out").click()
    expect(settings.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(inbox.get_by_role("heading", name="Sign in")).to_be_visible()
    assert inbox.url.endswith("/login?next=/chats")


def test_a_way_back_shows_nothing_after_signing_out(site: Site) -> None:
    person = site.member()
    page = person.page("/settings")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.get_by_role("button", name="Ana").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
