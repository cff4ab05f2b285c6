"""The open conversation: who it is, what was said, and where to answer."""

from __future__ import annotations

import reflex as rx

from instantchat.features.inbox.bubble.components import bubble
from instantchat.features.inbox.components import STATUSES
from instantchat.features.inbox.reading import MOST
from instantchat.features.inbox.state import Inbox
from instantchat.features.inbox.why.components import why_sheet
from instantchat.ui.avatar import avatar
from instantchat.ui.button import button, icon_button, link, link_button
from instantchat.ui.chat import composer, thread_scroll
from instantchat.ui.feedback import badge, banner, empty_state, skeleton
from instantchat.ui.field import select
from instantchat.ui.menu import menu, menu_item
from instantchat.ui.moment import between, moment

_ABOVE = "flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 bg-warning-soft px-4 py-2 text-sm text-warning md:px-6"
_BAR = "shrink-0 items-center rounded-none border-t border-border md:px-6"


def thread() -> rx.Component:
    """The open conversation, or what stands in its place."""
    missing = empty_state(
        "This conversation is not here",
        "It may have been erased, or it belongs to another workspace.",
        icon="message-circle-off",
        action=link_button("Back to the inbox", href="/chats"),
        class_name="m-auto",
    )
    nothing_open = empty_state(
        "Choose a conversation",
        "What people write, and what your flows and you answer, appears here as it happens.",
        icon="message-circle",
        class_name="m-auto",
    )
    opening = rx.el.div(
        rx.el.span("Opening the conversation", class_name="sr-only", role="status"),
        skeleton(class_name="h-10 w-48 rounded-2xl"),
        skeleton(class_name="h-10 w-64 self-end rounded-2xl"),
        skeleton(class_name="h-10 w-40 rounded-2xl"),
        class_name="mt-auto flex flex-col gap-4 p-6",
    )
    return rx.cond(
        Inbox.open_row,
        rx.fragment(_header(), _opt_out_bar(), _pause_bar(), _messages(), _notices(), _answer(), why_sheet()),
        rx.cond(Inbox.is_missing, missing, rx.cond(_is_awaited(), opening, nothing_open)),
    )


def _is_awaited() -> rx.Var[bool]:
    return rx.State.router.url.path.startswith("/chats/") & ~Inbox.has_failed


def _header() -> rx.Component:
    row = Inbox.open_row
    return rx.el.header(
        link(
            rx.icon("arrow-left", size=18, aria_hidden=True),
            href="/chats",
            aria_label="Back to the list",
            class_name="-ml-2 inline-flex size-10 shrink-0 items-center justify-center rounded-md hover:bg-muted "
            "md:hidden",
        ),
        avatar(row.picture, row.name),
        rx.el.div(
            rx.el.div(
                rx.el.h2(row.name, class_name="truncate font-semibold", title=row.name),
                rx.cond(
                    row.is_opted_out,
                    badge("Opted out", tone="warning", class_name="shrink-0 max-sm:hidden"),
                    rx.fragment(),
                ),
                class_name="flex min-w-0 items-center gap-2",
            ),
            rx.el.p(
                row.handle,
                rx.cond(
                    Inbox.account_handle,
                    rx.el.span(" to ", Inbox.account_handle, class_name="max-sm:hidden"),
                    rx.fragment(),
                ),
                class_name="truncate text-[13px] text-muted-foreground",
            ),
            class_name="min-w-0 flex-1",
        ),
        rx.el.div(
            select(
                STATUSES,
                value=row.status,
                on_change=Inbox.set_status,
                aria_label="Status",
                name="conversation_status",
                disabled=~Inbox.can_answer,
            ),
            class_name="w-28 shrink-0 sm:w-32",
        ),
        rx.cond(Inbox.can_answer, _automation_menu(), rx.fragment()),
        class_name="flex shrink-0 items-center gap-3 border-b border-border bg-surface px-4 py-2.5 md:px-6",
    )


def _automation_menu() -> rx.Component:
    until = Inbox.open_row.paused_until
    resume = menu_item("Resume flows", icon="play", on_select=Inbox.resume)
    return rx.el.div(
        menu(
            icon_button("ellipsis-vertical", "Automation for this person"),
            menu_item("Pause flows for an hour", icon="pause", on_select=Inbox.pause("hour")),
            menu_item("Pause flows for a day", icon="pause", on_select=Inbox.pause("day")),
            menu_item("Pause flows for a week", icon="pause", on_select=Inbox.pause("week")),
            rx.cond(until, between(resume, until=until), rx.fragment()),
        ),
        class_name="-mr-2 shrink-0",
    )


def _opt_out_bar() -> rx.Component:
    bar = rx.el.div(
        rx.icon("bell-off", size=16, aria_hidden=True, class_name="mt-0.5 shrink-0 self-start"),
        rx.el.p(
            "This person asked for no more automatic messages. You can write by hand.",
            class_name="min-w-0 flex-1 basis-52 text-pretty",
        ),
        rx.cond(
            Inbox.can_answer, button("Allow automatic messages again", size="sm", on_click=Inbox.opt_in), rx.fragment()
        ),
        role="status",
        class_name=_ABOVE,
    )
    return rx.cond(Inbox.open_row.is_opted_out, bar, rx.fragment())


def _pause_bar() -> rx.Component:
    until = Inbox.open_row.paused_until
    bar = rx.el.div(
        rx.icon("pause", size=16, aria_hidden=True, class_name="shrink-0"),
        rx.el.p("Flows are paused for this person: ", moment(until, "until"), " left", class_name="flex-1 text-pretty"),
        rx.cond(Inbox.can_answer, button("Resume flows", size="sm", on_click=Inbox.resume), rx.fragment()),
        role="status",
        class_name=_ABOVE,
    )
    return rx.cond(until, between(bar, until=until), rx.fragment())


def _messages() -> rx.Component:
    earlier = rx.el.div(
        button("Show earlier messages", variant="ghost", size="sm", on_click=Inbox.more_bubbles),
        class_name="pb-3 text-center",
    )
    rest = rx.el.p(
        f"These are the latest {MOST} messages.", class_name="pb-4 text-center text-[13px] text-muted-foreground"
    )
    typing = rx.el.p(Inbox.typing_note, class_name="mt-3 text-[13px] text-muted-foreground", role="status")
    return thread_scroll(
        rx.cond(Inbox.is_full, rest, rx.cond(Inbox.next_bubbles, earlier, rx.fragment())),
        rx.el.ol(
            rx.foreach(Inbox.bubbles, lambda each, at: bubble(each, rx.cond(at > 0, Inbox.bubbles[at - 1].at, ""))),
            class_name="flex flex-col gap-3",
        ),
        rx.cond(Inbox.typing_note, typing, rx.fragment()),
        thread=Inbox.open_row.id,
        label="Messages",
        class_name="px-4 py-5 md:px-6",
    )


def _notices() -> rx.Component:
    """Why an answer would not go out now, and what to do about it."""
    row = Inbox.open_row
    reconnect = link_button("Reconnect", href="/connect-instagram", size="sm")
    account = rx.match(
        Inbox.account_state,
        (
            "disconnected",
            banner(
                Inbox.account_handle + " is disconnected: nothing is received or sent until you connect it again.",
                tone="warning",
                action=reconnect,
                class_name=_BAR,
            ),
        ),
        (
            "reauth_needed",
            banner(
                "Instagram no longer accepts our access to " + Inbox.account_handle + ". Connect it again to answer.",
                tone="warning",
                action=reconnect,
                class_name=_BAR,
            ),
        ),
        (
            "restricted",
            banner(
                "Instagram has restricted " + Inbox.account_handle + ". Open the Instagram app to see why.",
                tone="warning",
                class_name=_BAR,
            ),
        ),
        rx.fragment(),
    )
    return rx.fragment(account, rx.cond(row.window_until, _window(), _never_written()))


def _window() -> rx.Component:
    row = Inbox.open_row
    by_hand = banner(
        "Only you can answer now, no flow: it is over 24 hours since they wrote.",
        "Instagram lets a person answer for 7 days, here until ",
        moment(row.answer_until, "full"),
        ".",
        tone="info",
        class_name=_BAR,
    )
    closed = banner(
        "You cannot answer now.",
        "Instagram allows answers within 24 hours of a person's last message, and by hand within 7 days. "
        "You can write again as soon as they do.",
        tone="warning",
        class_name=_BAR,
    )
    return rx.fragment(
        between(by_hand, since=row.window_until, until=row.answer_until), between(closed, since=row.answer_until)
    )


def _never_written() -> rx.Component:
    return banner(
        "They have not written to you yet.",
        "Instagram lets you answer only once they do.",
        tone="info",
        class_name=_BAR,
    )


def _answer() -> rx.Component:
    field = composer(
        icon_button("send-horizontal", "Send", type="submit", variant="primary"),
        icon_button("check", "Save note", type="submit", variant="primary"),
        owner=Inbox.member_id,
        conversation=Inbox.open_row.id,
        epoch=Inbox.epoch,
        answers=Inbox.answers,
        on_send=Inbox.send,
        on_note=Inbox.write_note,
        on_typing=Inbox.typing,
    )
    only_reading = banner("You may read here, not answer. An owner can give you the role agent.", class_name=_BAR)
    return rx.cond(Inbox.can_answer, field, only_reading)
