"""The section of `/settings` for conversation starters and the menu."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat import ui
from instantchat.channels.instagram.messenger_profile import ICE_BREAKERS, MENU_ITEMS
from instantchat.features.messenger_profile.state import MessengerProfile as Profile
from instantchat.features.messenger_profile.state import Row

_SUGGESTIONS = "messenger-profile-payloads"
_KINDS = (("postback", "Goes on in a flow"), ("web_url", "Opens a web page"))


def conversation_starters() -> rx.Component:
    """The section."""
    body = rx.cond(
        ~Profile.is_loaded,
        _loading(),
        rx.cond(Profile.account_id == "", _unconnected(), rx.cond(Profile.problem != "", _problem(), _form())),
    )
    return ui.section(
        "Conversation starters and menu",
        rx.el.div(_account(), body, class_name="flex flex-col gap-6"),
        description="What Instagram shows people before they write, and beside the text field. Instagram keeps it.",
    )


def _account() -> rx.Component:
    choice = ui.field(
        "Account",
        ui.select(
            Profile.accounts,
            id="messenger-profile-account",
            value=Profile.account_id,
            on_change=Profile.choose,
            disabled=Profile.is_busy,
        ),
        name="messenger-profile-account",
    )
    return rx.cond(Profile.accounts.length() > 1, rx.el.div(choice, class_name="max-w-sm"), rx.fragment())


def _loading() -> rx.Component:
    rows = [ui.skeleton(class_name="h-5 w-40"), ui.skeleton(class_name="h-24 w-full rounded-lg")]
    return rx.el.div(
        rx.el.span("Asking Instagram", class_name="sr-only"), *rows, role="status", class_name="flex flex-col gap-3"
    )


def _unconnected() -> rx.Component:
    return rx.el.p(
        "Connect an Instagram account first. ",
        ui.text_link("Connect Instagram", href="/connect-instagram"),
        class_name="text-muted-foreground",
    )


def _problem() -> rx.Component:
    again = ui.button("Try again", size="sm", on_click=Profile.load)
    return ui.banner("Instagram could not be asked", Profile.problem, tone="danger", action=again)


def _form() -> rx.Component:
    starters = _list(
        "starters",
        "Conversation starters",
        f"Up to {ICE_BREAKERS} questions to tap in a new conversation.",
        Profile.starters,
        ICE_BREAKERS,
        "Add a question",
        lambda row, place: _row(row, place, "starters", "Question"),
    )
    menu = _list(
        "menu",
        "Menu",
        f"Up to {MENU_ITEMS} lines behind the menu sign of every conversation.",
        Profile.menu,
        MENU_ITEMS,
        "Add a line",
        lambda row, place: _row(row, place, "menu", "Title"),
    )
    save = rx.el.div(
        ui.field_error(Profile.error, name="messenger-profile"),
        rx.el.div(ui.button("Save on Instagram", type="submit", variant="primary", loading=Profile.is_busy)),
        class_name="flex flex-col gap-3",
    )
    differs = rx.cond(
        Profile.notice != "",
        ui.banner("Instagram says something else", Profile.notice, tone="warning"),
        rx.fragment(),
    )
    return rx.el.form(
        rx.el.datalist(
            rx.foreach(Profile.heard, lambda one: rx.el.option(one["label"], value=one["value"])), id=_SUGGESTIONS
        ),
        starters,
        menu,
        differs,
        rx.cond(
            Profile.can_edit,
            save,
            rx.el.p("Changing this takes the role admin.", class_name="text-[13px] text-muted-foreground"),
        ),
        on_submit=Profile.save,
        no_validate=True,
        aria_label="Conversation starters and menu",
        class_name="flex flex-col gap-6",
    )


def _list(
    part: str, title: str, about: str, rows: rx.Var[list[Row]], most: int, action: str, draw: Any
) -> rx.Component:
    add = ui.button(action, icon="plus", size="sm", on_click=Profile.add(part), disabled=rows.length() >= most)
    return rx.el.fieldset(
        rx.el.legend(title, class_name="text-sm font-semibold"),
        rx.el.p(about, class_name="mt-1 text-[13px] text-muted-foreground"),
        rx.cond(
            rows.length() > 0,
            rx.el.ol(rx.foreach(rows, draw), class_name="mt-3 flex flex-col gap-3"),
            rx.el.p("None yet.", class_name="mt-3 text-muted-foreground"),
        ),
        rx.cond(Profile.can_edit, rx.el.div(add, class_name="mt-3"), rx.fragment()),
        disabled=~Profile.can_edit | Profile.is_busy,
        class_name="min-w-0",
    )


def _row(row: rx.Var[Row], place: rx.Var[int], part: str, title: str) -> rx.Component:
    key = row["key"]
    opens = row["kind"] == "web_url"
    number = (place + 1).to_string()
    kind = ui.field(
        "What it does",
        ui.select(_KINDS, id=f"kind-{key}", value=row["kind"], on_change=lambda kind: Profile.set_kind(key, kind)),
        name=f"kind-{key}",
    )
    fields = [
        _text(title, f"title-{key}", row["title"], row["title_error"]),
        *([kind] if part == "menu" else []),
        rx.cond(
            opens,
            _text("Web address", f"target-{key}", row["target"], row["target_error"], type="url", key="url"),
            _text("Payload", f"target-{key}", row["target"], row["target_error"], list=_SUGGESTIONS, key="payload"),
        ),
    ]
    warning = rx.el.p(
        rx.icon("triangle-alert", size=14, aria_hidden=True, class_name="mt-0.5 shrink-0"),
        rx.el.span(row["warning"]),
        class_name="flex gap-1.5 text-[13px] text-warning",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.div(*fields, class_name="grid min-w-0 flex-1 gap-3 sm:grid-cols-2"),
            rx.cond(Profile.can_edit, _moves(row, part, number), rx.fragment()),
            class_name="flex flex-col-reverse gap-3 sm:flex-row sm:items-start",
        ),
        rx.cond(row["warning"] != "", warning, rx.fragment()),
        key=key,
        class_name="flex flex-col gap-2 rounded-lg border border-border p-3",
    )


def _moves(row: rx.Var[Row], part: str, number: rx.Var[str]) -> rx.Component:
    what = "question" if part == "starters" else "line"
    return rx.el.div(
        ui.icon_button("arrow-up", f"Move {what} {number} up", size="sm", on_click=Profile.move(part, row["key"], -1)),
        ui.icon_button(
            "arrow-down", f"Move {what} {number} down", size="sm", on_click=Profile.move(part, row["key"], 1)
        ),
        ui.icon_button("trash-2", f"Remove {what} {number}", size="sm", on_click=Profile.remove(part, row["key"])),
        class_name="flex shrink-0 justify-end gap-1 sm:pt-7",
    )


def _text(label: str, name: Any, value: rx.Var[str], error: rx.Var[str], **props: Any) -> rx.Component:
    control = ui.input(
        id=name,
        name=name,
        default_value=value,
        auto_complete="off",
        aria_invalid=error != "",
        aria_describedby=f"{name}-error",
        **props,
    )
    return ui.field(label, control, name=name, error=error)
