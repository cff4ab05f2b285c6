"""The parts of the inbox: rows, bubbles, composer."""

from __future__ import annotations

import reflex as rx

from instantchat.features.inbox.state import Attachment, Bubble, Inbox, Row
from instantchat.ui.avatar import avatar
from instantchat.ui.button import button, icon_button, link, link_button
from instantchat.ui.feedback import badge, count_badge, empty_state, skeleton
from instantchat.ui.field import input, select
from instantchat.ui.moment import moment

_STATUSES = [("all", "All"), ("open", "Open"), ("waiting", "Waiting"), ("done", "Done")]


def conversation_list() -> rx.Component:
    """Search, filter and the conversations, newest first."""
    return rx.fragment(
        rx.el.div(
            rx.el.h1("Inbox", class_name="text-lg font-semibold tracking-tight"),
            rx.el.div(
                rx.debounce_input(
                    input(
                        value=Inbox.search,
                        on_change=Inbox.find,
                        type="search",
                        placeholder="Search people and messages",
                        aria_label="Search conversations",
                    ),
                    debounce_timeout=250,
                ),
                class_name="min-w-0 flex-1",
            ),
            select(_STATUSES, value=Inbox.status, on_change=Inbox.show_status, aria_label="Show", name="show"),
            class_name="grid gap-3 border-b border-border p-4 grid-cols-[1fr_7.5rem] [&>h1]:col-span-2",
        ),
        rx.cond(
            Inbox.is_loaded,
            rx.cond(Inbox.rows.length() > 0, _rows(), _no_rows()),
            _loading_rows(),
        ),
    )


def thread() -> rx.Component:
    """The open conversation: who, what was said, and the composer."""
    return rx.cond(
        Inbox.open_row,
        rx.fragment(_thread_header(), _pause_bar(), _bubbles(), _composer()),
        rx.cond(
            Inbox.is_missing,
            empty_state(
                "This conversation is not here",
                "It may have been erased, or it belongs to another workspace.",
                icon="message-circle-off",
                action=link_button("Back to the inbox", href="/chats"),
                class_name="m-auto",
            ),
            empty_state(
                "Choose a conversation",
                "What people write, and what your flows and you answer, appears here as it happens.",
                icon="message-circle",
                class_name="m-auto",
            ),
        ),
    )


def _rows() -> rx.Component:
    return rx.el.div(
        rx.el.ul(rx.foreach(Inbox.rows, _row), class_name="divide-y divide-border"),
        rx.cond(
            Inbox.next_rows,
            rx.el.div(
                button("Show more", variant="ghost", size="sm", on_click=Inbox.more_rows), class_name="p-3 text-center"
            ),
            rx.fragment(),
        ),
        class_name="min-h-0 flex-1 overflow-y-auto",
    )


def _row(row: rx.Var[Row]) -> rx.Component:
    is_open = Inbox.open_row.id == row.id
    said = rx.cond(row.is_out, "You: ", "")
    return rx.el.li(
        link(
            avatar(row.picture, row.name),
            rx.el.div(
                rx.el.div(
                    rx.el.span(
                        row.name, class_name=rx.cond(row.unread > 0, "truncate font-semibold", "truncate font-medium")
                    ),
                    moment(row.at, class_name="shrink-0 text-xs text-muted-foreground tabular-nums"),
                    class_name="flex items-baseline justify-between gap-2",
                ),
                rx.el.div(
                    rx.el.span(
                        said,
                        row.text,
                        class_name=rx.cond(
                            row.unread > 0, "truncate text-foreground", "truncate text-muted-foreground"
                        ),
                    ),
                    count_badge(row.unread, "unread", class_name="shrink-0"),
                    class_name="mt-0.5 flex items-center justify-between gap-2",
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


def _no_rows() -> rx.Component:
    is_filtered = (Inbox.search != "") | (Inbox.status != "all")
    return rx.cond(
        is_filtered,
        empty_state("Nothing found", "No conversation fits this search and filter.", icon="search-x"),
        empty_state(
            "No conversations yet",
            "When somebody writes to your connected Instagram account, the conversation appears here at once.",
            icon="inbox",
            action=link_button("Connect Instagram", href="/connect-instagram"),
        ),
    )


def _loading_rows() -> rx.Component:
    line = rx.el.div(
        skeleton(class_name="size-10 rounded-full"),
        rx.el.div(skeleton(class_name="h-4 w-32"), skeleton(class_name="mt-2 h-3 w-48"), class_name="flex-1"),
        class_name="flex items-center gap-3 px-4 py-3",
    )
    return rx.el.div(line, line, line, line, aria_busy=True, aria_label="Loading conversations")


def _thread_header() -> rx.Component:
    row = Inbox.open_row
    return rx.el.header(
        rx.el.div(
            link(
                rx.icon("arrow-left", size=18, aria_hidden=True),
                href="/chats",
                aria_label="Back to the list",
                class_name="inline-flex size-10 items-center justify-center rounded-md hover:bg-muted md:hidden",
            ),
            avatar(row.picture, row.name),
            rx.el.div(
                rx.el.h2(row.name, class_name="truncate font-semibold"),
                rx.el.p(row.handle, class_name="truncate text-[13px] text-muted-foreground"),
                class_name="min-w-0",
            ),
            class_name="flex min-w-0 flex-1 items-center gap-3",
        ),
        rx.el.div(
            select(
                _STATUSES[1:],
                value=row.status,
                on_change=Inbox.set_status,
                aria_label="Status",
                name="conversation_status",
            ),
            class_name="w-32 shrink-0",
        ),
        class_name="flex items-center gap-3 border-b border-border bg-surface px-4 py-2.5",
    )


def _pause_bar() -> rx.Component:
    row = Inbox.open_row
    bar = rx.el.div(
        rx.icon("pause", size=16, aria_hidden=True, class_name="shrink-0"),
        rx.el.p("Flows are paused for this person: ", moment(row.paused_until, "until"), " left", class_name="flex-1"),
        button("Resume flows", size="sm", on_click=Inbox.resume),
        role="status",
        class_name="flex items-center gap-3 bg-warning-soft px-4 py-2 text-sm text-warning",
    )
    return rx.cond(row.paused_until, bar, rx.fragment())


def _bubbles() -> rx.Component:
    return rx.auto_scroll(
        rx.cond(
            Inbox.next_bubbles,
            rx.el.div(
                button("Show earlier messages", variant="ghost", size="sm", on_click=Inbox.more_bubbles),
                class_name="pb-3 text-center",
            ),
            rx.fragment(),
        ),
        rx.el.ol(rx.foreach(Inbox.bubbles, _bubble), class_name="flex flex-col gap-3", aria_live="polite"),
        rx.cond(
            Inbox.typing_name,
            rx.el.p(
                Inbox.typing_name, " is typing…", class_name="mt-3 text-[13px] text-muted-foreground", role="status"
            ),
            rx.fragment(),
        ),
        id="thread",
        tab_index=0,
        aria_label="Messages",
        role="log",
        class_name="min-h-0 flex-1 overflow-y-auto px-4 py-5 md:px-6",
    )


def _bubble(bubble: rx.Var[Bubble]) -> rx.Component:
    looks = rx.cond(
        bubble.is_out,
        "bg-brand text-brand-foreground rounded-br-sm",
        "bg-surface border border-border rounded-bl-sm",
    )
    return rx.el.li(
        rx.foreach(bubble.attachments, _attachment),
        rx.cond(
            bubble.text,
            rx.el.p(
                bubble.text,
                class_name=f"w-fit max-w-full rounded-2xl px-3.5 py-2 whitespace-pre-wrap break-words {looks}",
            ),
            rx.fragment(),
        ),
        rx.el.p(
            rx.cond(bubble.sender == "flow", rx.icon("bot", size=13, aria_label="Flow"), rx.fragment()),
            rx.cond(bubble.sender == "phone", rx.icon("smartphone", size=13, aria_hidden=True), rx.fragment()),
            rx.cond(bubble.who, rx.el.span(bubble.who, class_name="truncate"), rx.fragment()),
            moment(bubble.at, "time", class_name="tabular-nums"),
            _delivery(bubble),
            class_name="flex items-center gap-1.5 text-xs text-muted-foreground",
        ),
        rx.cond(
            bubble.error,
            rx.el.p(bubble.error, class_name="max-w-full text-[13px] text-danger text-pretty"),
            rx.fragment(),
        ),
        key=bubble.id,
        custom_attrs={"data-direction": rx.cond(bubble.is_out, "out", "in"), "data-delivery": bubble.delivery},
        class_name=rx.cond(
            bubble.is_out,
            "flex max-w-[85%] flex-col items-end gap-1 self-end md:max-w-[70%]",
            "flex max-w-[85%] flex-col items-start gap-1 self-start md:max-w-[70%]",
        ),
    )


def _delivery(bubble: rx.Var[Bubble]) -> rx.Component:
    return rx.match(
        bubble.delivery,
        (
            "queued",
            rx.el.span(rx.icon("clock-3", size=13, aria_hidden=True), "Queued", class_name="flex items-center gap-1"),
        ),
        (
            "sending",
            rx.el.span(rx.icon("clock-3", size=13, aria_hidden=True), "Sending", class_name="flex items-center gap-1"),
        ),
        ("sent", rx.el.span(rx.icon("check", size=13, aria_hidden=True), "Sent", class_name="flex items-center gap-1")),
        ("rejected", badge("Not sent", tone="danger")),
        ("unknown", badge("Delivery unknown", tone="warning")),
        rx.fragment(),
    )


def _attachment(item: rx.Var[Attachment]) -> rx.Component:
    picture = rx.el.a(
        rx.el.img(
            src=item.url,
            alt="Picture",
            loading="lazy",
            referrer_policy="no-referrer",
            class_name="max-h-72 max-w-full rounded-xl border border-border object-cover",
        ),
        href=item.url,
        target="_blank",
        rel="noreferrer",
    )
    other = rx.el.span(
        rx.icon("paperclip", size=14, aria_hidden=True),
        item.kind,
        class_name="flex items-center gap-1.5 rounded-md border border-border bg-surface px-3 py-2 text-sm",
    )
    return rx.cond((item.kind == "image") & (item.url != ""), picture, other)


def _composer() -> rx.Component:
    return rx.el.form(
        rx.el.textarea(
            name="text",
            id="composer",
            rows="1",
            placeholder="Write a message",
            aria_label="Message",
            enter_key_submit=True,
            on_change=Inbox.typing.throttle(2000),
            auto_complete="off",
            class_name=(
                "max-h-40 min-h-10 flex-1 resize-none rounded-2xl border border-input bg-surface px-4 py-2 text-base "
                "field-sizing-content focus-visible:outline-2 focus-visible:outline-ring sm:text-sm "
                "placeholder:text-muted-foreground"
            ),
        ),
        icon_button("send-horizontal", "Send", type="submit", variant="primary"),
        on_submit=Inbox.send,
        reset_on_submit=True,
        class_name="flex items-end gap-2 border-t border-border bg-surface p-3 md:px-6",
    )
