"""What stands in for a page: nothing there, the page broke, the server is out of reach."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary  # type: ignore[import-untyped]
from reflex_components_core.core.banner import has_connection_errors  # type: ignore[import-untyped]

from instantchat.ui.brand import wordmark
from instantchat.ui.button import button, link, link_button
from instantchat.ui.pages import page


@page("404", title="Page not found", protected=False)
def not_found() -> rx.Component:
    """An address that has no page."""
    return standalone(
        "Page not found",
        "This address leads nowhere. The page may have been moved, or the link is incomplete.",
        link_button("Go to the dashboard", href="/", variant="primary", icon="arrow-left"),
        code="404",
    )


def broken_page_boundary() -> rx.Component:
    """Shows an apology instead of a page whose drawing failed; what failed goes to the server's log."""
    reload: rx.Var = rx.vars.FunctionStringVar.create("(() => window.location.reload())")
    apology = standalone(
        "This page broke",
        "Something failed while it was drawn; it has been written to the server's log. Nothing of yours is lost.",
        button("Reload the page", variant="primary", icon="rotate-cw", on_click=reload),
    )
    return ErrorBoundary.create(fallback_render=rx.Var.create(apology))


def lost_connection_notice() -> rx.Component:
    """Says so while the server cannot be reached; pages reconnect by themselves."""
    notice = rx.el.div(
        rx.icon("wifi-off", size=16, aria_hidden=True, class_name="shrink-0"),
        rx.el.span(
            rx.el.span("Connection lost. ", class_name="font-medium"), "Reconnecting; what you see may be out of date."
        ),
        role="status",
        class_name="fixed inset-x-4 bottom-4 z-50 mx-auto flex w-fit items-center gap-3 rounded-lg border "
        "border-border "
        "bg-foreground px-4 py-3 text-sm text-background shadow-raised animate-rise",
    )
    return rx.cond(has_connection_errors, notice, rx.fragment())


def standalone(title: str, sentence: str, *actions: Any, code: str = "") -> rx.Component:
    """A page of one message, without the app's frame."""
    number = [rx.el.p(code, class_name="text-sm font-semibold tracking-widest text-brand-strong")] if code else []
    return rx.el.main(
        link(wordmark(), href="/", aria_label="InstantChat, dashboard", class_name="mb-10 rounded-md"),
        *number,
        rx.el.h1(title, class_name="mt-2 text-3xl font-semibold tracking-tight text-balance"),
        rx.el.p(sentence, class_name="mt-3 max-w-[46ch] text-[15px] text-muted-foreground text-pretty"),
        rx.el.div(*actions, class_name="mt-8 flex flex-wrap justify-center gap-2"),
        class_name="flex min-h-dvh flex-col items-center justify-center px-6 py-16 text-center",
    )


def visitor_page(title: str, *children: Any) -> rx.Component:
    """A page of text that needs no session."""
    return rx.el.div(
        rx.el.header(
            link(wordmark(), href="/", aria_label="InstantChat, home", class_name="rounded-md"),
            class_name="px-6 py-6 sm:px-10",
        ),
        rx.el.main(
            rx.el.h1(title, class_name="text-3xl font-semibold tracking-tight"),
            rx.el.div(*children, class_name="mt-8 flex flex-col gap-8 text-[15px]"),
            class_name="mx-auto w-full max-w-2xl px-6 pb-20 pt-6",
        ),
        class_name="min-h-dvh",
    )
