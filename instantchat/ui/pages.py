"""Pages announce themselves: `@page("/chats", title="Inbox")` above the function that draws one.

A protected page is drawn inside the app shell and loads with `[Session.guard, Shell.load, *on_load, Shell.listen]`; a
page for visitors (`protected=False`) is drawn bare and loads with its own `on_load` only. `register_all` imports every
`instantchat.features.*.page` module (and those of installed distributions offering the entry point group
`instantchat.pages`) and adds what was announced to the app.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, Literal, TypeVar

import reflex as rx

from instantchat.kit.discovery import load_entries

Build = TypeVar("Build", bound=Callable[[], rx.Component])
Width = Literal["page", "full"]
BRAND = "InstantChat"


@dataclass(frozen=True)
class Page:
    """One announced page; `width` is `page` (centred column with padding) or `full` (the page owns the whole pane).
    With an `icon` it has a line in the navigation, below the product's own."""

    route: str
    title: str
    build: Callable[[], rx.Component]
    protected: bool
    on_load: tuple[Any, ...]
    width: Width
    description: str
    icon: str


_announced: dict[str, Page] = {}


def page(
    route: str,
    *,
    title: str,
    protected: bool = True,
    on_load: Sequence[Any] = (),
    width: Width = "page",
    description: str = "",
    icon: str = "",
) -> Callable[[Build], Build]:
    """Announce the decorated function as the page at `route`; raises ValueError when the route is taken."""

    def announce(build: Build) -> Build:
        if route in _announced:
            raise ValueError(f"two pages claim {route}: {_announced[route].build.__module__} and {build.__module__}")
        _announced[route] = Page(route, title, build, protected, tuple(on_load), width, description, icon)
        return build

    return announce


def create_app() -> rx.App:
    """The Reflex application with every page, our notices in place of Reflex's, and our words for failures."""
    from instantchat.ui.error_pages import broken_page_boundary, lost_connection_notice
    from instantchat.ui.errors import on_backend_error, on_frontend_error
    from instantchat.ui.toast import toaster

    app = rx.App(
        app_wraps={
            (55, "ErrorBoundary"): lambda stateful: broken_page_boundary(),
            (6, "Toasts"): lambda stateful: rx.fragment(toaster()),
            (5, "LostConnection"): lambda stateful: rx.fragment(lost_connection_notice()),
        },
        toaster=None,
        html_lang="en",
        head_components=[
            rx.el.meta(name="color-scheme", content="light dark"),
            rx.el.link(rel="icon", href="/favicon.ico", sizes="32x32"),
            rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
            rx.el.link(rel="apple-touch-icon", href="/apple-touch-icon.png"),
        ],
        backend_exception_handler=on_backend_error,
        frontend_exception_handler=on_frontend_error,
    )
    register_all(app)
    return app


def register_all(app: rx.App) -> list[Page]:
    """Find every page and add it to the app; the pages, in the order they were found."""
    discover()
    for each in _announced.values():
        app.add_page(
            _drawn(each),
            route=each.route,
            title=f"{each.title} · {BRAND}",
            description=each.description or None,
            on_load=_loading(each),
        )
    return list(_announced.values())


def in_navigation() -> list[Page]:
    """The announced pages with an icon, in the order they were found."""
    return [each for each in _announced.values() if each.icon]


def discover() -> None:
    """Import every module that announces pages. Raises StartRefused (`plugin_broken`)."""
    features = import_module("instantchat.features")
    import_module("instantchat.ui.error_pages")
    for found in sorted(iter_modules(features.__path__), key=lambda each: each.name):
        name = f"instantchat.features.{found.name}.page"
        if found.ispkg and find_spec(name) is not None:
            import_module(name)
    load_entries("instantchat.pages")


def _drawn(page: Page) -> Callable[[], rx.Component]:
    if not page.protected:
        return page.build
    from instantchat.ui.layout import shell  # pages import this module, and the shell imports what pages import

    return lambda: shell(page.build(), title=page.title, route=page.route, width=page.width)


def _loading(page: Page) -> list[Any]:
    if not page.protected:
        return list(page.on_load)
    from instantchat.features.auth.state import Session
    from instantchat.ui.live import Shell

    return [Session.guard, Shell.load, *page.on_load, Shell.listen]
