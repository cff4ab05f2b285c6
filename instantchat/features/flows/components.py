"""Parts of the flow list: its rows, filters and dialogs."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat import ui
from instantchat.features.flows.names import NAME_LENGTH
from instantchat.features.flows.setup.state import FlowSetup
from instantchat.features.flows.state import FlowList, FlowRow
from instantchat.ui.moment import moment

_FILTERS = (("all", "All"), ("active", "Active"), ("draft", "Drafts"), ("archived", "Archived"))


def filters() -> rx.Component:
    """The search field and the row of statuses."""
    search = rx.el.div(
        rx.icon("search", size=16, aria_hidden=True, class_name="absolute left-3 top-3 text-muted-foreground"),
        rx.debounce_input(
            ui.input(
                value=FlowList.search,
                on_change=FlowList.set_search,
                placeholder="Search flows",
                aria_label="Search flows",
                type="search",
                class_name="pl-9",
            ),
            debounce_timeout=150,
        ),
        class_name="relative w-full sm:max-w-72",
    )
    chips = [_filter(value, label) for value, label in _FILTERS]
    return rx.el.div(
        search,
        rx.el.div(*chips, role="group", aria_label="Status", class_name="flex gap-1 overflow-x-auto"),
        class_name="flex flex-col gap-3 sm:flex-row sm:items-center sm:justify-between",
    )


def _filter(value: str, label: str) -> rx.Component:
    return rx.el.button(
        label,
        rx.el.span(FlowList.counts[value], class_name="tabular-nums opacity-70"),
        type="button",
        on_click=FlowList.set_status(value),
        aria_pressed=FlowList.status == value,
        class_name="inline-flex h-9 items-center gap-1.5 rounded-full px-3 text-[13px] font-medium whitespace-nowrap "
        "text-muted-foreground hover:bg-muted aria-pressed:bg-brand-soft aria-pressed:text-brand-strong",
    )


def flow_row(row: rx.Var[FlowRow]) -> rx.Component:
    """One flow: name, state, what is wrong with it, when it changed, what can be done."""
    href = f"/flow-builder/{row['id']}"
    about = rx.el.span(
        row["nodes"],
        rx.cond(row["nodes"] == 1, " node", " nodes"),
        " · changed ",
        moment(row["updated_at"]),
        class_name="text-[13px] text-muted-foreground",
    )
    return rx.el.li(
        rx.el.span(
            rx.icon("workflow", size=18, aria_hidden=True),
            class_name="hidden size-10 shrink-0 items-center justify-center rounded-lg bg-brand-soft text-brand-strong "
            "sm:flex",
        ),
        rx.el.div(
            ui.link(row["name"], href=href, class_name="block truncate font-medium after:absolute after:inset-0"),
            about,
            class_name="min-w-0 flex-1",
        ),
        rx.el.div(
            _errors(row),
            _status(row),
            class_name="flex shrink-0 flex-col items-end gap-1 sm:flex-row sm:items-center sm:gap-2",
        ),
        rx.cond(FlowList.can_edit, _menu(row, href), rx.fragment()),
        key=row["id"],
        class_name="relative flex items-center gap-3 px-4 py-3 transition-colors hover:bg-muted/50 sm:px-6",
    )


def _status(row: rx.Var[FlowRow]) -> rx.Component:
    tone = rx.match(row["status"], ("active", "success"), "neutral")
    word = rx.match(row["status"], ("active", "Active"), ("archived", "Archived"), "Draft")
    unpublished = ui.badge("Unpublished changes", tone="info", class_name="hidden md:inline-flex")
    return rx.fragment(rx.cond(row["has_changes"], unpublished, rx.fragment()), ui.badge(word, tone=tone, dot=True))


def _errors(row: rx.Var[FlowRow]) -> rx.Component:
    words = rx.cond(row["errors"] == 1, "1 error", rx.Var.create(row["errors"]).to_string() + " errors")
    return rx.cond(row["errors"] > 0, ui.badge(words, tone="danger"), rx.fragment())


def _menu(row: rx.Var[FlowRow], href: Any) -> rx.Component:
    flow_id = row["id"]
    export = f"/api/flow/{flow_id}/export"
    is_active = row["status"] == "active"
    turn_on = ui.menu_item("Activate", icon="play", on_select=FlowList.activate(flow_id))
    turn_off = ui.menu_item("Deactivate", icon="pause", on_select=FlowList.deactivate(flow_id))
    archive = ui.menu_item("Archive", icon="archive", on_select=FlowList.archive(flow_id))
    return rx.el.div(
        ui.menu(
            ui.icon_button("ellipsis-vertical", "Actions for " + row["name"].to(str)),
            ui.menu_item("Open", icon="pencil", href=href),
            ui.menu_item("Rename", icon="text-cursor-input", on_select=FlowList.ask("rename", flow_id)),
            ui.menu_item("Settings", icon="sliders-horizontal", on_select=FlowSetup.open_settings(flow_id)),
            ui.menu_item("Duplicate", icon="copy", on_select=FlowList.duplicate(flow_id)),
            ui.menu_item(
                "Export", icon="download", on_select=rx.download(url=export, filename=row["name"].to(str) + ".json")
            ),
            rx.cond(is_active, turn_off, turn_on),
            rx.cond(row["status"] != "archived", archive, rx.fragment()),
            ui.menu_separator(),
            ui.menu_item("Delete", icon="trash-2", danger=True, on_select=FlowList.ask("delete", flow_id)),
        ),
        class_name="relative z-10 -mr-2",
    )


def dialogs() -> rx.Component:
    """The dialogs of the list: create, rename, delete."""
    return rx.fragment(_create(), _rename(), _delete())


def _create() -> rx.Component:
    starts = rx.el.fieldset(
        rx.el.legend("Start from", class_name="mb-1.5 text-sm font-medium"),
        _start(
            "keyword", "Keyword reply", "A trigger that waits for a keyword. The usual beginning.", "key-round", True
        ),
        _start("blank", "Blank canvas", "Nothing on it yet.", "square-dashed", False),
        class_name="flex flex-col gap-2",
    )
    form = rx.el.form(
        _name_field("new-flow-name", "", optional=True),
        starts,
        _buttons("Create flow"),
        on_submit=FlowList.create,
        class_name="flex flex-col gap-5",
    )
    return _dialog("create", "New flow", form)


def _start(value: str, title: str, about: str, icon: str, is_default: bool) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="start",
            value=value,
            default_checked=is_default,
            class_name="accent-brand size-4 shrink-0",
        ),
        rx.icon(icon, size=18, aria_hidden=True, class_name="shrink-0 text-muted-foreground"),
        rx.el.span(
            rx.el.span(title, class_name="block font-medium"),
            rx.el.span(about, class_name="block text-[13px] text-muted-foreground"),
        ),
        class_name="flex cursor-pointer items-center gap-3 rounded-lg border border-border p-3 "
        "has-checked:border-brand has-checked:bg-brand-soft",
    )


def _rename() -> rx.Component:
    form = rx.el.form(
        _name_field("flow-name", FlowList.dialog_name),
        _buttons("Rename"),
        on_submit=FlowList.rename,
        class_name="flex flex-col gap-5",
    )
    return _dialog("rename", "Rename flow", form)


def _delete() -> rx.Component:
    return ui.confirm(
        "Delete “" + FlowList.dialog_name + "”?",
        "It no longer starts for anyone, and runs that wait in it are cancelled. What it sent stays in the inbox.",
        action="Delete flow",
        on_confirm=FlowList.delete,
        open=FlowList.dialog == "delete",
        on_open_change=FlowList.set_dialog_open,
    )


def _dialog(name: str, title: str, form: rx.Component) -> rx.Component:
    return ui.dialog(title, form, open=FlowList.dialog == name, on_open_change=FlowList.set_dialog_open, width="sm")


def _name_field(name: str, value: Any, *, optional: bool = False) -> rx.Component:
    control = ui.input(
        id=name,
        name="name",
        default_value=value,
        max_length=NAME_LENGTH,
        auto_complete="off",
        auto_focus=True,
        placeholder="Welcome message" if optional else "",
        aria_describedby=f"{name}-error",
    )
    return ui.field("Name", control, name=name, error=FlowList.dialog_error, optional=optional)


def _buttons(action: str) -> rx.Component:
    return rx.el.div(
        ui.dialog_close(ui.button("Cancel")),
        ui.button(action, type="submit", variant="primary"),
        class_name="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end",
    )
