"""The parts of `/connect-instagram`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat import ui
from instantchat.features.auth.state import Session
from instantchat.features.connect.state import Card, Connection


def problem() -> rx.Component:
    """Why the last attempt failed, and what to do."""
    close = ui.button("Dismiss", size="sm", on_click=Connection.dismiss)
    notice = ui.banner("The account was not connected", Connection.problem, tone="danger", action=close)
    return rx.cond(Connection.problem != "", notice, rx.fragment())


def simulator_note() -> rx.Component:
    """Says that nothing here is the real Instagram."""
    note = ui.banner(
        "The built-in simulator stands in for Instagram",
        "Connecting takes a second and touches no real account. Play a customer on the ",
        rx.el.a(
            "simulator's phone",
            rx.el.span(" (opens in a new tab)", class_name="sr-only"),
            href="/simulator",
            target="_blank",
            rel="noopener",
            class_name="font-medium underline underline-offset-3",
        ),
        ". For the real one, set INSTANTCHAT_META_APP_ID and INSTANTCHAT_META_APP_SECRET.",
    )
    return rx.cond(Session.simulator, note, rx.fragment())


def connect_button(text: Any, *, variant: str = "primary", size: str = "md") -> rx.Component:
    """Leaves for Instagram's own page, where access is allowed."""
    return ui.api_form(
        ui.api_message(),
        ui.api_submit(
            rx.icon("plug", size=16, aria_hidden=True), text, variant=variant, size=size, busy_text="Opening Instagram"
        ),
        action="/api/instagram/connect",
        method="GET",
        go_to_field="authorizeUrl",
        class_name="flex flex-col items-stretch gap-3 sm:items-start",
    )


def invitation() -> rx.Component:
    """Before the first account: what connecting does."""
    return ui.card(
        rx.el.div(
            rx.el.div(
                rx.el.h2(
                    "Connect your Instagram account", class_name="text-xl font-semibold tracking-tight text-balance"
                ),
                rx.el.p(
                    "Instagram asks you to allow access; you come back here and flows can answer. You can "
                    "disconnect at any time.",
                    class_name="mt-2 text-[15px] text-muted-foreground text-pretty",
                ),
                rx.el.div(connect_button("Connect Instagram", size="lg"), class_name="mt-6"),
                class_name="min-w-0",
            ),
            rx.el.ul(
                _need(
                    "badge-check",
                    "A professional account",
                    "Business or creator. Instagram lets personal accounts use no such tools.",
                ),
                _need(
                    "message-square-lock", "Messages and profile", "Both permissions, or messages cannot be received."
                ),
                _need(
                    "shield-check", "Kept safe", "The access token is encrypted in your own database and never shown."
                ),
                class_name="flex flex-col gap-5",
            ),
            class_name="grid gap-8 md:grid-cols-2 md:gap-12",
        )
    )


def account_list() -> rx.Component:
    """The accounts with their states."""
    return ui.card(ui.item_list(rx.foreach(Connection.cards, _account)), padded=False)


def loading() -> rx.Component:
    """While the accounts are being read."""
    row = rx.el.div(
        ui.skeleton(class_name="size-16 rounded-full"),
        ui.skeleton(class_name="h-5 w-40"),
        class_name="flex items-center gap-4",
    )
    return ui.card(row)


def _need(icon: str, title: str, text: str) -> rx.Component:
    return rx.el.li(
        rx.icon(icon, size=20, aria_hidden=True, class_name="mt-0.5 shrink-0 text-brand-strong"),
        rx.el.div(
            rx.el.p(title, class_name="font-medium"),
            rx.el.p(text, class_name="mt-0.5 text-muted-foreground text-pretty"),
        ),
        class_name="flex gap-3",
    )


def _account(card: rx.Var[Card]) -> rx.Component:
    off = card["state"] == "disconnected"
    return rx.el.li(
        ui.avatar(card["picture"], card["name"], size="lg"),
        rx.el.div(
            rx.el.div(
                rx.el.span(card["handle"], class_name="truncate text-base font-semibold tracking-tight"),
                _state_badge(card),
                class_name="flex flex-wrap items-center gap-x-3 gap-y-1",
            ),
            rx.el.p(card["name"], class_name="truncate text-muted-foreground"),
            rx.el.p(_explanation(card), class_name="mt-1 text-[13px] text-muted-foreground text-pretty"),
            class_name="min-w-0 flex-1 basis-40",
        ),
        rx.el.div(
            rx.cond(card["state"] == "ok", rx.fragment(), connect_button("Reconnect", variant="secondary", size="sm")),
            rx.cond(off, rx.fragment(), _disconnect(card)),
            class_name="flex flex-wrap gap-2",
        ),
        key=card["id"],
        class_name="flex flex-wrap items-center gap-4 px-4 py-5 sm:px-6",
    )


def _state_badge(card: rx.Var[Card]) -> rx.Component:
    tone = rx.match(card["state"], ("ok", "success"), ("expiring", "warning"), ("disconnected", "neutral"), "danger")
    word = rx.match(
        card["state"],
        ("ok", "Connected"),
        ("expiring", "Ends soon"),
        ("restricted", "Restricted"),
        ("reauth_needed", "Reconnect"),
        "Disconnected",
    )
    return ui.badge(word, tone=tone, dot=True)


def _explanation(card: rx.Var[Card]) -> rx.Var:
    renewed = rx.cond(
        card["until"] != "", f"Access is renewed by itself before {card['until']}.", "Messages are received and sent."
    )
    return rx.match(
        card["state"],
        ("ok", renewed),
        ("expiring", f"Access ends on {card['until']}. Reconnect to go on without a break."),
        ("restricted", "Instagram has restricted this account; sending is paused. Open the Instagram app to see why."),
        ("reauth_needed", "Instagram no longer accepts our access: nothing is received or sent until you reconnect."),
        "Nothing is received or sent. Conversations stay readable.",
    )


def _disconnect(card: rx.Var[Card]) -> rx.Component:
    return ui.confirm(
        f"Disconnect {card['handle']}?",
        "Flows stop answering at once and our access is deleted. Conversations stay readable, and you can "
        "connect again.",
        action="Disconnect",
        on_confirm=Connection.disconnect(card["id"]),
        trigger=ui.button("Disconnect", size="sm", variant="danger_ghost", disabled=Connection.is_busy),
    )
