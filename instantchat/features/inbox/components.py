"""The list of the inbox: search, filter, conversations."""

from __future__ import annotations

import reflex as rx

from instantchat.features.auth.state import Session
from instantchat.features.inbox.reading import MOST
from instantchat.features.inbox.state import Inbox
from instantchat.features.inbox.views import Row
from instantchat.ui.avatar import avatar
from instantchat.ui.button import button, link, link_button
from instantchat.ui.chat import rows
from instantchat.ui.feedback import badge, count_badge, empty_state, skeleton
from instantchat.ui.field import input, select
from instantchat.ui.moment import between, moment

STATUSES = [("open", "Open"), ("waiting", "Waiting"), ("done", "Done")]


def conversation_list() -> rx.Component:
    """Search, filter and the conversations, newest first."""
    return rx.fragment(
        _filters(),
        rx.cond(
            Inbox.is_loaded,
            rx.cond(Inbox.rows.length() > 0, _rows(), _no_rows()),
            rx.cond(Inbox.has_failed, _failed(), _loading_rows()),
        ),
    )


def _filters() -> rx.Component:
    search = rx.debounce_input(
        input(
            value=Inbox.search,
            on_change=Inbox.find,
            type="search",
            placeholder="Search people",
            aria_label="Search people",
            max_length=100,
            auto_complete="off",
        ),
        debounce_timeout=250,
    )
    return rx.el.div(
        rx.el.h1("Inbox", class_name="sr-only text-lg font-semibold tracking-tight lg:not-sr-only lg:col-span-2"),
        rx.el.div(search, class_name="min-w-0"),
        select(
            [("all", "All"), *STATUSES],
            value=Inbox.status,
            on_change=Inbox.show_status,
            aria_label="Show conversations",
            name="show",
        ),
        class_name="grid shrink-0 grid-cols-[1fr_7rem] gap-x-2 gap-y-3 border-b border-border p-3 lg:p-4",
    )


def _rows() -> rx.Component:
    more = rx.el.div(
        button("Show more", variant="ghost", size="sm", on_click=Inbox.more_rows), class_name="p-3 text-center"
    )
    rest = rx.el.p(
        f"These are the newest {MOST}. Search to find the others.",
        class_name="p-4 text-center text-[13px] text-muted-foreground",
    )
    return rows(
        rx.el.ul(rx.foreach(Inbox.rows, _row), class_name="divide-y divide-border"),
        rx.cond(Inbox.next_rows, rx.cond(Inbox.rows.length() < MOST, more, rest), rx.fragment()),
        class_name="min-h-0 flex-1 overflow-y-auto",
    )


def _row(row: rx.Var[Row]) -> rx.Component:
    is_open = Inbox.open_row.id == row.id
    is_unread = row.unread > 0
    return rx.el.li(
        link(
            avatar(row.picture, row.name),
            rx.el.div(
                rx.el.div(
                    rx.el.span(
                        row.name, class_name=rx.cond(is_unread, "truncate font-semibold", "truncate font-medium")
                    ),
                    moment(row.at, class_name="shrink-0 text-xs text-muted-foreground tabular-nums"),
                    class_name="flex items-baseline justify-between gap-2",
                ),
                rx.el.div(
                    rx.el.span(
                        rx.cond(row.is_out, rx.el.span("You: "), rx.fragment()),
                        row.text,
                        class_name=rx.cond(
                            is_unread,
                            "min-w-0 flex-1 truncate text-foreground",
                            "min-w-0 flex-1 truncate text-muted-foreground",
                        ),
                    ),
                    _marks(row),
                    class_name="mt-0.5 flex h-5 items-center gap-2",
                ),
                class_name="min-w-0 flex-1",
            ),
            href="/chats/" + row.id,
            aria_current=rx.cond(is_open, "true", "false"),
            class_name=(
                "flex items-center gap-3 px-4 py-3 hover:bg-muted aria-[current=true]:bg-brand-soft "
                "focus-visible:-outline-offset-2"
            ),
        ),
        key=row.id,
    )


def _marks(row: rx.Var[Row]) -> rx.Component:
    paused = between(
        rx.el.span(
            rx.icon("pause", size=14, aria_hidden=True),
            rx.el.span("Flows paused", class_name="sr-only"),
            title="Flows paused",
            class_name="shrink-0 text-warning",
        ),
        until=row.paused_until,
    )
    return rx.fragment(
        rx.cond(row.paused_until, paused, rx.fragment()),
        rx.match(
            row.status,
            ("waiting", badge("Waiting", tone="warning")),
            ("done", badge("Done", tone="success")),
            rx.fragment(),
        ),
        count_badge(row.unread, "unread", class_name="shrink-0"),
    )


def _no_rows() -> rx.Component:
    nothing_found = empty_state(
        "Nothing found",
        "No conversation fits this search and filter.",
        icon="search-x",
        action=button("Show all", on_click=Inbox.show_all),
    )
    to_simulator = rx.cond(
        Session.simulator,
        link_button(
            "Write from the simulator",
            href="/simulator",
            external=True,
            target="_blank",
            rel="noopener",
            icon="smartphone",
        ),
        rx.fragment(),
    )
    to_connect = link_button("Connect Instagram", href="/connect-instagram", variant="primary", icon="plug")
    nothing_yet = empty_state(
        "No conversations yet",
        "When somebody writes to your connected Instagram account, the conversation appears here at once.",
        icon="inbox",
        action=rx.cond(Inbox.has_account, to_simulator, to_connect),
    )
    return rx.el.div(
        rx.cond(Inbox.is_filtered, nothing_found, nothing_yet), class_name="min-h-0 flex-1 overflow-y-auto"
    )


def _failed() -> rx.Component:
    return empty_state(
        "The inbox could not be read",
        "It has been written to the log. Nothing is lost.",
        icon="circle-alert",
        action=button("Try again", icon="rotate-cw", on_click=Inbox.load),
    )


def _loading_rows() -> rx.Component:
    line = rx.el.div(
        skeleton(class_name="size-10 rounded-full"),
        rx.el.div(skeleton(class_name="h-4 w-32"), skeleton(class_name="mt-2 h-3 w-48"), class_name="flex-1"),
        class_name="flex items-center gap-3 px-4 py-3",
    )
    return rx.el.div(
        rx.el.span("Loading conversations", class_name="sr-only", role="status"), *[line] * 6, aria_busy=True
    )
