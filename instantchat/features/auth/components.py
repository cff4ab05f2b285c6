"""The frame of the pages for visitors: the form on one side, what the product does on the other."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat import ui

PASSWORD_RULES = [{"text": "8 characters or more", "pattern": "^.{8,}$"}]
_SCENE = (
    ("in", "Do you ship to Portugal?", ""),
    ("out", "We do! 3 to 5 days, free over €40. Want the link?", "Flow · Shipping"),
    ("in", "Yes please!", ""),
    ("out", "Here you go: shop.example/pt", "Flow · Shipping"),
)


def entrance(title: str, sentence: Any, *form: rx.Component, footer: rx.Component) -> rx.Component:
    """A visitor's page: title, form and footer at the left; a conversation at the right from 1024 px up."""
    return rx.el.div(
        rx.el.main(
            ui.wordmark(),
            rx.el.div(
                rx.el.h1(title, class_name="text-[28px] font-semibold tracking-tight text-balance"),
                rx.el.p(sentence, class_name="mt-2 text-[15px] text-muted-foreground text-pretty"),
                rx.el.div(*form, class_name="mt-8"),
                footer,
                class_name="m-auto w-full max-w-sm py-10",
            ),
            rx.el.p(
                ui.link("Privacy", href="/privacy", class_name="rounded-sm hover:text-foreground hover:underline"),
                class_name="text-[13px] text-muted-foreground",
            ),
            class_name="flex min-h-dvh flex-1 flex-col bg-surface px-6 py-6 sm:px-10",
        ),
        _scene(),
        class_name="flex min-h-dvh",
    )


def switch_page(question: str, action: str, href: str) -> rx.Component:
    """ "New here? Create an account": the way to the other of the two pages; it takes `next` along."""
    return rx.el.p(question, " ", ui.text_link(action, href=href), class_name="mt-8 text-center text-muted-foreground")


def _scene() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            *[_bubble(*line) for line in _SCENE],
            class_name="flex w-full max-w-md flex-col gap-3",
        ),
        rx.el.p(
            "Flows answer in seconds. You step in whenever you like.",
            class_name="mt-10 max-w-md text-xl font-semibold tracking-tight text-balance",
        ),
        rx.el.p(
            "Everything stays on your own server.",
            class_name="mt-2 text-[15px] text-muted-foreground",
        ),
        aria_hidden=True,
        class_name="hidden w-1/2 max-w-3xl flex-col items-start justify-center border-l border-border "
        "bg-background px-16 lg:flex",
    )


def _bubble(side: str, text: str, by: str) -> rx.Component:
    if side == "in":
        return rx.el.div(
            text,
            class_name="w-fit max-w-[80%] self-start rounded-xl rounded-bl-sm border border-border bg-surface "
            "px-4 py-2.5 "
            "text-[15px] shadow-card",
        )
    return rx.el.div(
        rx.el.div(text, class_name="rounded-xl rounded-br-sm bg-brand px-4 py-2.5 text-[15px] text-brand-foreground"),
        rx.el.div(by, class_name="mt-1 text-right text-xs text-muted-foreground"),
        class_name="w-fit max-w-[80%] self-end",
    )
