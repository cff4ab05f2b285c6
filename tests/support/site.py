"""A running product and browsers for it: what tests of pages share."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from tests.support.browser import Person, chromium
from tests.support.server import ServerProcess

_numbers = itertools.count(1)


class Site:
    """One server process and one browser; each person has cookies of their own."""

    def __init__(self, server: ServerProcess, browser: Browser) -> None:
        self.server = server
        self.url = server.url
        self._browser = browser
        self._people: list[Person] = []

    def member(self) -> Person:
        """Somebody with an account and a workspace of their own, signed in."""
        person = self._person()
        body = {"email": f"person{next(_numbers)}@example.com", "password": "correct horse battery", "name": "Ana"}
        answer = person.context.request.post("/api/auth/signup", data=body)
        assert answer.status == 201, answer.text()
        return person

    def same_member(self, person: Person) -> Person:
        """The same member at another browser."""
        other = self._person()
        other.context.add_cookies(person.context.cookies())  # type: ignore[arg-type]
        return other

    def close_browsers(self) -> None:
        """Everybody leaves."""
        for person in self._people:
            person.context.close()
        self._people.clear()

    def _person(self) -> Person:
        person = Person(self._browser, self.url, reduced_motion="reduce")
        self._people.append(person)
        return person


@contextmanager
def running_site(data_dir: Path) -> Iterator[Site]:
    """The product on a free port, with an empty database."""
    with ServerProcess(data_dir) as server, chromium() as browser:
        yield Site(server, browser)
