"""The doctor's part of `/connect-instagram`."""

from __future__ import annotations

import reflex as rx

from instantchat import ui
from instantchat.features.auth.state import Session
from instantchat.features.connect.examination.state import Examination, Finding


def examination() -> rx.Component:
    """The section: for those who may do something about it."""
    run = ui.button(
        rx.cond(Examination.findings.length() > 0, "Check again", "Check now"),
        icon="stethoscope",
        on_click=Examination.examine,
        disabled=Examination.is_busy,
        aria_busy=Examination.is_busy,
    )
    found = rx.el.ul(
        rx.foreach(Examination.findings, _row), class_name="-mb-3.5 divide-y divide-border border-t border-border"
    )
    busy = rx.el.div(ui.spinner("Checking"), class_name="py-2")
    body = rx.cond(Examination.findings.length() > 0, found, rx.cond(Examination.is_busy, busy, rx.fragment()))
    section = ui.section(
        "Check the connection",
        rx.el.div(body, aria_live="polite"),
        description="Tries every step for real and says how to put right what is wrong.",
        action=run,
    )
    return rx.cond((Session.role == "owner") | (Session.role == "admin"), section, rx.fragment())


def _row(finding: rx.Var[Finding]) -> rx.Component:
    state = finding["state"]
    tone = rx.match(state, ("ok", "success"), ("failed", "danger"), ("warning", "warning"), "neutral")
    word = rx.match(state, ("ok", "OK"), ("failed", "Failed"), ("warning", "Look at this"), "Not known")
    return rx.el.li(
        rx.el.div(
            rx.el.p(finding["title"], class_name="font-medium"),
            rx.el.p(finding["group"], class_name="truncate text-[13px] text-muted-foreground"),
            class_name="min-w-0 flex-1 basis-44 sm:max-w-60",
        ),
        rx.el.div(ui.badge(word, tone=tone, dot=True), class_name="order-2 sm:order-3"),
        rx.el.div(
            rx.el.p(finding["evidence"], class_name="break-words text-pretty"),
            rx.cond(
                finding["fix"] != "",
                rx.el.p(finding["fix"], class_name="mt-1 break-words text-muted-foreground text-pretty"),
                rx.fragment(),
            ),
            class_name="order-3 min-w-0 basis-full sm:order-2 sm:flex-[2] sm:basis-72",
        ),
        key=finding["id"],
        class_name="flex flex-wrap items-start gap-x-6 gap-y-2 py-3.5",
    )
