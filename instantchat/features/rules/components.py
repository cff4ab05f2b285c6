"""The section "Automation" of `/settings`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat import ui
from instantchat.features.rules.state import Automation

_CHECK = "check-for-missed-messages"


def automation() -> rx.Component:
    """The rules of each connected account, or where to connect one."""
    nobody = rx.el.p(
        "Connect an Instagram account first: each has rules of its own. ",
        ui.text_link("Connect Instagram", href="/connect-instagram"),
    )
    loading = ui.skeleton(class_name="h-64 w-full max-w-xl rounded-lg")
    return ui.section(
        "Automation",
        rx.cond(Automation.is_loaded, rx.cond(Automation.accounts, _rules(), nobody), loading),
        description="How flows behave beside you and your colleagues, for each Instagram account.",
    )


def _rules() -> rx.Component:
    account = ui.field(
        "Account",
        ui.select(Automation.accounts, id="rules-account", value=Automation.account_id, on_change=Automation.choose),
        name="rules-account",
    )
    return rx.el.div(
        rx.cond(Automation.accounts.length() > 1, account, rx.fragment()),
        _form(),
        class_name="flex max-w-xl flex-col gap-6",
    )


def _form() -> rx.Component:
    pause = ui.input(
        **_control("pauseMinutes", Automation.pause),
        type="number",
        min="0",
        max="43200",
        step="1",
        required=True,
        class_name="max-w-32",
    )
    return rx.el.form(
        rx.el.fieldset(
            _field(
                "Pause after a person's answer, in minutes",
                "pauseMinutes",
                pause,
                "When you answer from the inbox or the Instagram app, flows stay silent for the contact for so long, "
                "and what they were waiting for ends. 0 lets flows go on beside you.",
            ),
            _field(
                "Disclosure",
                "disclosure",
                ui.textarea(**_control("disclosure", Automation.disclosure)),
                "Sent before the first automatic message of a conversation, after a day of silence, and after a person "
                "answered. Some countries ask for it. Empty: nothing is sent.",
            ),
            _field(
                "Answer to STOP",
                "stopReply",
                ui.textarea(**_control("stopReply", Automation.stop_reply)),
                "Sent once to somebody who asks for no more automatic messages. Empty: nothing is sent.",
            ),
            _field(
                "Words that call a person",
                "escalationWords",
                ui.textarea(**_control("escalationWords", Automation.words), placeholder="human\nagent"),
                "One a line. When somebody writes exactly that, flows are silent for a day and you are notified.",
            ),
            _check(),
            rx.cond(
                Automation.problem,
                ui.banner(Automation.problem, tone="danger"),
                rx.fragment(),
            ),
            rx.cond(
                Automation.can_edit,
                rx.el.div(ui.button("Save rules", type="submit", variant="primary")),
                rx.el.p("An owner or admin can change these.", class_name="text-[13px] text-muted-foreground"),
            ),
            disabled=~Automation.can_edit,
            class_name="flex min-w-0 flex-col gap-6",
        ),
        on_submit=Automation.save,
        key=Automation.form_key,
        aria_label="Rules for automation",
    )


def _check() -> rx.Component:
    return rx.el.div(
        ui.switch(
            "Check for missed messages",
            name="reconcile",
            id=_CHECK,
            default_checked=Automation.reconcile,
            aria_describedby=f"{_CHECK}-help",
        ),
        rx.el.p(
            "Every few minutes InstantChat reads recent conversations and comments, to find what Instagram did not "
            "deliver.",
            id=f"{_CHECK}-help",
            class_name="text-[13px] text-muted-foreground",
        ),
        class_name="flex flex-col items-start gap-1.5",
    )


def _field(label: str, name: str, control: rx.Component, help: str) -> rx.Component:
    return ui.field(label, control, name=name, help=help, error=Automation.errors[name])


def _control(name: str, value: rx.Var[str]) -> dict[str, Any]:
    return {
        "name": name,
        "default_value": value,
        "aria_describedby": f"{name}-help {name}-error",
        "aria_invalid": Automation.errors[name] != "",
    }
