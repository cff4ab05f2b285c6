"""Pages announce themselves, and the frame around them is not optional."""

from __future__ import annotations

import subprocess
import sys

import pytest
import reflex as rx

from instantchat.features.auth.state import Session
from instantchat.ui import pages
from instantchat.ui.live import Shell

VISITORS = {"/login", "/signup", "/privacy", "/data-deletion/[code]", "404"}


@pytest.fixture(scope="module")
def found() -> dict[str, pages.Page]:
    pages.discover()
    return dict(pages._announced)


class TestAnnounced:
    def test_every_page_of_the_product_is_found(self, found: dict[str, pages.Page]) -> None:
        mine = {"/", "/login", "/signup", "/settings", "/connect-instagram", "/privacy", "404"}
        assert mine | {"/chats", "/chats/[conversation]"} <= found.keys()

    def test_only_what_visitors_need_is_open_to_them(self, found: dict[str, pages.Page]) -> None:
        assert {route for route, page in found.items() if not page.protected} == VISITORS

    def test_protected_pages_begin_with_the_guard_and_end_with_live_updates(self, found: dict[str, pages.Page]) -> None:
        for page in found.values():
            if page.protected:
                events = pages._loading(page)
                assert (events[0], events[1], events[-1]) == (Session.guard, Shell.load, Shell.listen)

    def test_a_taken_route_is_refused(self, found: dict[str, pages.Page]) -> None:
        with pytest.raises(ValueError, match="two pages claim /login"):
            pages.page("/login", title="Other")(lambda: rx.fragment())


def test_no_page_brings_radix_themes_along() -> None:
    """Its stylesheet is larger than ours and fights with it (one `rx.button` is enough to load it)."""
    source = (
        "from instantchat.ui import pages; pages.discover()\n"
        "names = {name for page in pages._announced.values() for name in pages._drawn(page)()._get_all_imports()}\n"
        "bad = sorted(name for name in names if 'radix-ui/themes' in name)\n"
        "assert not bad, bad"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
