"""Debian's Chromium through Playwright, with everything that would reach outside switched off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000  # what a slow machine may take; nothing passes because of it
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; make a context of it for each person."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody at a browser of their own: cookies and storage are shared with nobody."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self.url = url
        # Reduced motion: nothing is still gliding to its place when the mouse comes down on it.
        options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        self.context = browser.new_context(base_url=url, **options)
        self.context.set_default_timeout(PATIENCE_MS)
        self.problems: list[str] = []

    def page(self, path: str) -> Page:
        """A new tab on `path`; whatever its console calls an error is kept in `problems`."""
        page = self.context.new_page()
        page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.goto(path)
        return page
