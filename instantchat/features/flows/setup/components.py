"""The dialogs of a flow's settings and of the import."""

from __future__ import annotations

import reflex as rx

from instantchat import ui
from instantchat.features.flows.setup.state import FlowSetup

MODES = (
    ("always", "Every time; a run that waits begins anew"),
    ("ignore_running", "Not while it is running for the person"),
    ("once", "Once for each person"),
    ("every", "Every so many hours for each person"),
)


def setup_dialogs() -> rx.Component:
    """Both dialogs; they belong on the page of the list."""
    return rx.fragment(_settings(), _import())


def _settings() -> rx.Component:
    hours = ui.field(
        "Hours between two starts",
        ui.input(
            id="flow-hours",
            name="hours",
            type="number",
            min="0.1",
            max="8760",
            step="any",
            default_value=FlowSetup.hours,
        ),
        name="flow-hours",
    )
    form = rx.el.form(
        ui.field(
            "Starts for the same person",
            ui.select(MODES, id="flow-mode", name="mode", value=FlowSetup.mode, on_change=FlowSetup.set_mode),
            name="flow-mode",
        ),
        rx.cond(FlowSetup.mode == "every", hours, rx.fragment()),
        ui.field(
            "Priority",
            ui.input(
                id="flow-priority",
                name="priority",
                type="number",
                min="-1000",
                max="1000",
                step="1",
                default_value=FlowSetup.priority.to_string(),
                aria_describedby="flow-priority-help",
            ),
            name="flow-priority",
            help="When triggers of several flows fit a message equally well, the higher one goes first.",
        ),
        ui.field(
            "Category",
            ui.input(id="flow-category", name="category", max_length=80, default_value=FlowSetup.category),
            name="flow-category",
            optional=True,
        ),
        ui.field_error(FlowSetup.error, name="flow-setup"),
        _buttons("Save"),
        on_submit=FlowSetup.save,
        class_name="flex flex-col gap-5",
    )
    return _dialog("settings", "Settings of “" + FlowSetup.name + "”", form)


def _import() -> rx.Component:
    paste = rx.el.form(
        ui.field(
            "Content of the file",
            ui.textarea(
                id="flow-file",
                name="file",
                rows=8,
                spell_check=False,
                placeholder='{"formatVersion": 1, "name": "…", "nodes": […], "edges": […]}',
                class_name="max-h-72 font-mono text-[13px]",
                aria_describedby="flow-file-help flow-file-error",
            ),
            name="flow-file",
            help="What “Export” saved, here or on another server. It becomes a new draft.",
            error=FlowSetup.error,
        ),
        _buttons("Import"),
        on_submit=FlowSetup.take,
        class_name="flex flex-col gap-5",
    )
    report = rx.el.div(
        rx.el.p("“" + FlowSetup.name + "” was imported as a draft. Look at these before you activate it:"),
        rx.el.ul(
            rx.foreach(FlowSetup.report, lambda line: rx.el.li(line)),
            class_name="flex max-h-72 list-disc flex-col gap-1 overflow-y-auto pl-5 text-sm",
        ),
        rx.el.div(
            ui.dialog_close(ui.button("Close")),
            ui.link_button("Open it", href=f"/flow-builder/{FlowSetup.imported}", variant="primary"),
            class_name="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end",
        ),
        class_name="flex flex-col gap-4",
    )
    return _dialog("import", "Import a flow", rx.cond(FlowSetup.imported != "", report, paste))


def _dialog(name: str, title: str | rx.Var[str], inside: rx.Component) -> rx.Component:
    return ui.dialog(title, inside, open=FlowSetup.dialog == name, on_open_change=FlowSetup.set_open, width="sm")


def _buttons(action: str) -> rx.Component:
    return rx.el.div(
        ui.dialog_close(ui.button("Cancel")),
        ui.button(action, type="submit", variant="primary"),
        class_name="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end",
    )
