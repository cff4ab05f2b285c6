"""The frame of every protected page: sidebar (a drawer below 1024 px), account menu, notices, the page itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx

from instantchat.features.auth.state import Session
from instantchat.ui.api_form import FollowSession, sign_out
from instantchat.ui.avatar import avatar
from instantchat.ui.brand import wordmark
from instantchat.ui.button import icon_button, link, link_button
from instantchat.ui.dialog import dialog_close, drawer
from instantchat.ui.feedback import banner, count_badge, skeleton
from instantchat.ui.live import Shell, Trouble
from instantchat.ui.menu import menu, menu_item, menu_separator
from instantchat.ui.pages import in_navigation


@dataclass(frozen=True)
class Place:
    """A line of the navigation."""

    label: str
    href: str
    icon: str


PLACES = (
    Place("Dashboard", "/", "layout-dashboard"),
    Place("Flows", "/flow-builder", "workflow"),
    Place("Inbox", "/chats", "message-circle"),
    Place("Connect", "/connect-instagram", "plug"),
    Place("Settings", "/settings", "settings"),
)


def shell(content: rx.Component, *, title: str, route: str, width: Literal["page", "full"] = "page") -> rx.Component:
    """`content` within the frame. `page` gives it a centred column that scrolls; `full` all of the pane, which has a
    fixed height and does not scroll: the content sets its own scrolling parts."""
    full = width == "full"
    pane = (
        "flex min-h-0 flex-1 flex-col" if full else "mx-auto w-full max-w-6xl flex-1 px-4 py-6 sm:px-6 lg:px-8 lg:py-8"
    )
    return rx.el.div(
        FollowSession.create(),
        _skip_link(),
        _sidebar(route),
        _top_bar(title, route),
        rx.el.div(
            _troubles() if route != "/connect-instagram" else rx.fragment(),
            rx.el.main(
                rx.cond(Session.is_known, content, _waiting()),
                id="content",
                tab_index=-1,
                class_name=f"{pane} outline-none",
            ),
            class_name="flex min-h-0 min-w-0 flex-1 flex-col",
        ),
        class_name=f"flex flex-col lg:flex-row {'h-dvh overflow-hidden' if full else 'min-h-dvh'}",
    )


def _skip_link() -> rx.Component:
    focus: rx.Var = rx.vars.FunctionStringVar.create("(() => document.getElementById('content').focus())")
    return rx.el.button(
        "Skip to content",
        type="button",
        on_click=focus,
        class_name="sr-only focus:not-sr-only focus:fixed focus:left-3 focus:top-3 focus:z-50 "
        "focus:rounded-md focus:bg-surface "
        "focus:px-4 focus:py-2 focus:font-medium focus:shadow-raised",
    )


def _sidebar(route: str) -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            link(wordmark(), href="/", aria_label="InstantChat, dashboard", class_name="rounded-md"),
            class_name="px-2 pb-6 pt-1",
        ),
        _navigation(route, closes=False),
        rx.el.div(_account_menu(wide=True), class_name="mt-auto pt-4"),
        class_name="sticky top-0 hidden h-dvh w-60 shrink-0 flex-col overflow-y-auto border-r border-border "
        "bg-surface p-3 pt-4 lg:flex",
    )


def _top_bar(title: str, route: str) -> rx.Component:
    opener = icon_button("menu", "Open menu", class_name="-ml-2")
    return rx.el.header(
        drawer(
            "Menu",
            rx.el.div(wordmark(), class_name="px-2 pb-6 pt-1"),
            _navigation(route, closes=True),
            trigger=opener,
            hide_title=True,
        ),
        rx.el.p(title, class_name="flex-1 truncate text-[15px] font-semibold tracking-tight"),
        _account_menu(wide=False),
        class_name="sticky top-0 z-30 flex h-14 shrink-0 items-center gap-2 border-b border-border bg-surface "
        "px-4 lg:hidden",
    )


def _navigation(route: str, *, closes: bool) -> rx.Component:
    added = [Place(each.title, each.route, each.icon) for each in in_navigation()]
    lines = [_place(place, _is_here(place.href, route), closes) for place in (*PLACES, *added)]
    simulator = rx.cond(Session.simulator, _simulator_link(), rx.fragment())
    return rx.el.nav(rx.el.ul(*lines, simulator, class_name="flex flex-col gap-1"), aria_label="Main")


_LINE = (
    "flex h-10 items-center gap-3 rounded-md px-3 text-sm font-medium text-muted-foreground transition-colors "
    "hover:bg-muted "
    "hover:text-foreground aria-[current=page]:bg-brand-soft aria-[current=page]:text-brand-strong"
)


def _place(place: Place, here: bool, closes: bool) -> rx.Component:
    current: dict[str, Any] = {"aria_current": "page"} if here else {}
    mark = [count_badge(Shell.unread, "unread", class_name="ml-auto")] if place.href == "/chats" else []
    line = link(
        rx.icon(place.icon, size=18, aria_hidden=True),
        rx.el.span(place.label),
        *mark,
        href=place.href,
        class_name=_LINE,
        **current,
    )
    return rx.el.li(dialog_close(line) if closes else line)


def _simulator_link() -> rx.Component:
    return rx.el.li(
        rx.el.a(
            rx.icon("smartphone", size=18, aria_hidden=True),
            rx.el.span("Simulator"),
            rx.icon("external-link", size=14, aria_hidden=True, class_name="ml-auto"),
            rx.el.span("(opens in a new tab)", class_name="sr-only"),
            href="/simulator",
            target="_blank",
            rel="noopener",
            class_name=_LINE,
        ),
        class_name="mt-3 border-t border-border pt-3",
    )


def _is_here(href: str, route: str) -> bool:
    return route == href if href == "/" else route == href or route.startswith(f"{href}/")


def _account_menu(*, wide: bool) -> rx.Component:
    return menu(
        _account_button(wide),
        rx.el.div(
            rx.el.p(Session.name, class_name="truncate font-medium"),
            rx.el.p(Session.email, class_name="truncate text-[13px] text-muted-foreground"),
            class_name="max-w-60 px-2.5 py-2",
        ),
        menu_separator(),
        menu_item("Settings", icon="settings", href="/settings"),
        menu_item(rx.color_mode_cond("Dark mode", "Light mode"), icon="sun-moon", on_select=rx.toggle_color_mode),
        menu_separator(),
        menu_item("Sign out", icon="log-out", on_select=sign_out()),
        align="start" if wide else "end",
        side="top" if wide else "bottom",
    )


def _account_button(wide: bool) -> rx.Component:
    face = avatar(Session.avatar_url, Session.name, size="sm")
    if not wide:
        return rx.el.button(
            face,
            type="button",
            aria_label="Account",
            class_name="flex size-10 items-center justify-center rounded-full",
        )
    return rx.el.button(
        face,
        rx.el.span(
            rx.el.span(Session.name, class_name="block truncate font-medium"),
            rx.el.span(Session.email, class_name="block truncate text-xs text-muted-foreground"),
            class_name="min-w-0 flex-1 text-left",
        ),
        rx.icon("chevrons-up-down", size=16, aria_hidden=True, class_name="shrink-0 text-muted-foreground"),
        type="button",
        class_name="flex w-full items-center gap-3 rounded-lg p-2 hover:bg-muted data-[state=open]:bg-muted",
    )


def _troubles() -> rx.Component:
    def notice(trouble: rx.Var[Trouble]) -> rx.Component:
        mend = link_button("Open connection", href="/connect-instagram", size="sm")
        return banner(
            trouble["text"],
            tone="warning",
            action=mend,
            class_name="items-center rounded-none border-b border-border lg:px-8",
            key=trouble["id"],
        )

    return rx.el.div(rx.foreach(Shell.troubles, notice), class_name="shrink-0")


def _waiting() -> rx.Component:
    return rx.el.div(
        rx.el.span("Loading", class_name="sr-only", role="status"),
        skeleton(class_name="h-8 w-48"),
        skeleton(class_name="h-4 w-72 max-w-full"),
        skeleton(class_name="mt-4 h-40 w-full"),
        class_name="flex flex-col gap-3 p-1",
    )
