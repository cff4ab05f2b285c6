"""The parts of the dashboard."""

from __future__ import annotations

import reflex as rx

from instantchat import ui
from instantchat.features.analytics.state import Connected, Dashboard, Todo


def today() -> rx.Component:
    """Four figures."""
    loading = ~Dashboard.is_loaded
    return rx.el.dl(
        ui.stat("Received", Dashboard.messages_in, icon="arrow-down-left", hint="messages today", loading=loading),
        ui.stat("Sent", Dashboard.messages_out, icon="arrow-up-right", hint="messages today", loading=loading),
        ui.stat("Flow runs", Dashboard.runs, icon="workflow", hint="started today", loading=loading),
        ui.stat(
            "Failures",
            Dashboard.failures,
            icon="triangle-alert",
            hint=rx.cond(Dashboard.send_failures > 0, f"today, {Dashboard.send_failures} not sent", "today"),
            tone=rx.cond(Dashboard.failures > 0, "danger", "neutral"),
            loading=loading,
        ),
        class_name="grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4",
    )


def charts() -> rx.Component:
    """Two weeks of messages, and of runs."""
    return rx.el.div(
        _chart(
            "Messages",
            {"received": "Received", "sent": "Sent"},
            kind="area",
            colors=("var(--chart-2)", "var(--chart-1)"),
        ),
        _chart(
            "Flow runs",
            {"runs": "Runs", "failures": "Failures"},
            kind="bar",
            colors=("var(--chart-2)", "var(--chart-3)"),
        ),
        class_name="flex flex-col gap-4",
    )


def connection() -> rx.Component:
    """Which accounts are connected and whether they work."""
    tone = rx.match(Dashboard.connection, ("ok", "success"), ("expiring", "warning"), ("none", "neutral"), "danger")
    word = rx.match(
        Dashboard.connection,
        ("ok", "Connected"),
        ("expiring", "Ends soon"),
        ("restricted", "Restricted"),
        ("reauth_needed", "Reconnect"),
        "Not connected",
    )
    return ui.section(
        "Instagram",
        rx.el.ul(rx.foreach(Dashboard.accounts, _account), class_name="flex flex-col gap-3 empty:hidden"),
        rx.el.p(Dashboard.connection_text, class_name="mt-4 text-muted-foreground text-pretty first:mt-0"),
        ui.link_button(
            rx.cond(Dashboard.connection == "none", "Connect Instagram", "Manage connection"),
            href="/connect-instagram",
            size="sm",
            class_name="mt-4",
        ),
        action=ui.badge(word, tone=tone, dot=True),
    )


def first_steps() -> rx.Component:
    """The way to the first automated reply; gone once all of it is done."""
    count = rx.el.span(
        f"{Dashboard.done_count} of {Dashboard.todos.length()}",
        class_name="text-[13px] text-muted-foreground tabular-nums",
    )
    return ui.section(
        "Your first automated reply",
        rx.el.ol(rx.foreach(Dashboard.todos, _step), class_name="-mx-2 -my-2 flex flex-col"),
        action=count,
    )


def quiet() -> rx.Component:
    """In place of the charts while there is nothing to draw."""
    return ui.card(
        ui.empty_state(
            "No messages yet",
            "As soon as people write and flows answer, two weeks of it are drawn here.",
            icon="chart-no-axes-column",
        )
    )


def _chart(title: str, series: dict[str, str], *, kind: str, colors: tuple[str, str]) -> rx.Component:
    return ui.section(
        title,
        ui.day_chart(Dashboard.days, series, label=f"{title}, each of the last 14 days", kind=kind, colors=colors),
        description="Last 14 days, in UTC",
    )


def _account(account: rx.Var[Connected]) -> rx.Component:
    return rx.el.li(
        ui.avatar(account["picture"], account["handle"].to(str)[1:], size="sm"),
        rx.el.span(account["handle"], class_name="truncate font-medium"),
        key=account["id"],
        class_name="flex min-w-0 items-center gap-3",
    )


def _step(step: rx.Var[Todo]) -> rx.Component:
    tick = rx.el.span(
        rx.icon("check", size=14, stroke_width=3, aria_hidden=True),
        rx.el.span("Done: ", class_name="sr-only"),
        class_name="flex size-6 shrink-0 items-center justify-center rounded-full bg-success-soft text-success",
    )
    ring = rx.el.span(
        class_name="size-6 shrink-0 rounded-full border-2 border-input data-[next=true]:border-brand",
        custom_attrs={"data-next": step["is_next"]},
        aria_hidden=True,
    )
    words = rx.el.span(
        rx.el.span(step["title"], class_name=rx.cond(step["done"], "block text-muted-foreground", "block font-medium")),
        rx.cond(
            step["done"], rx.fragment(), rx.el.span(step["hint"], class_name="block text-[13px] text-muted-foreground")
        ),
        class_name="min-w-0 flex-1",
    )
    return rx.el.li(
        ui.link(
            rx.cond(step["done"], tick, ring),
            words,
            rx.icon(
                "chevron-right", size=16, aria_hidden=True, class_name="shrink-0 self-center text-muted-foreground"
            ),
            href=step["href"],
            class_name="flex items-start gap-3 rounded-md px-2 py-2.5 hover:bg-muted",
        ),
        key=step["id"],
    )
