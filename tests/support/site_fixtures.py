"""The pages in a browser: one server for a test module, a signed-in member for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.browser import Person
from tests.support.site import Site, running_site


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("data")) as found:
        yield found


@pytest.fixture
def site(running: Site) -> Iterator[Site]:
    """The server, its browsers closed after the test."""
    yield running
    running.close_browsers()


@pytest.fixture
def ana(site: Site) -> Person:
    """A new member of a workspace of her own."""
    return site.member()
