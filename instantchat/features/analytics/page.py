"""`/`: what happened today, how the connection is, what to do next."""

from __future__ import annotations

import reflex as rx

from instantchat import ui
from instantchat.features.analytics.components import charts, connection, first_steps, quiet, today
from instantchat.features.analytics.state import Dashboard
from instantchat.ui.pages import page


@page("/", title="Dashboard", on_load=[Dashboard.load, Dashboard.listen])
def dashboard() -> rx.Component:
    """The dashboard."""
    drawn = rx.cond(Dashboard.has_activity, charts(), rx.cond(Dashboard.is_loaded, quiet(), _drawing()))
    steps = rx.cond(Dashboard.is_loaded & ~Dashboard.is_set_up, first_steps(), rx.fragment())
    return rx.el.div(
        ui.page_header("Dashboard", description="What your flows and your team did today."),
        today(),
        rx.el.div(
            rx.el.div(drawn, class_name="min-w-0 lg:col-span-2"),
            rx.el.div(steps, connection(), class_name="flex min-w-0 flex-col gap-4 max-lg:order-first"),
            class_name="grid gap-4 lg:grid-cols-3",
        ),
        class_name="flex flex-col gap-6",
    )


def _drawing() -> rx.Component:
    return ui.card(ui.skeleton(class_name="h-5 w-32"), ui.skeleton(class_name="mt-6 h-52 w-full"))
