"""Surfaces: cards, page headers, figures, lists."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat.ui.css import cx

_CARD = "rounded-lg border border-border bg-surface shadow-card min-w-0"


def card(*children: Any, padded: bool = True, **props: Any) -> rx.Component:
    """A raised surface; `padded=False` for lists and tables that reach its edges."""
    props["class_name"] = cx(_CARD, "p-4 sm:p-6" if padded else "overflow-hidden", props.pop("class_name", None))
    return rx.el.div(*children, **props)


def section(
    title: str | rx.Var[str],
    *children: Any,
    description: str | rx.Var[str] | None = None,
    action: rx.Component | None = None,
    **props: Any,
) -> rx.Component:
    """A card with a heading (h2), a sentence below it and an action at its right."""
    about = (
        [rx.el.p(description, class_name="mt-1 text-muted-foreground text-pretty")] if description is not None else []
    )
    head = rx.el.div(
        rx.el.div(rx.el.h2(title, class_name="text-base font-semibold tracking-tight"), *about, class_name="min-w-0"),
        *([action] if action is not None else []),
        class_name="flex items-start justify-between gap-4",
    )
    return card(head, rx.el.div(*children, class_name="mt-5"), **props)


def page_header(
    title: str | rx.Var[str], *, description: str | rx.Var[str] | None = None, actions: tuple[rx.Component, ...] = ()
) -> rx.Component:
    """The top of a page: its h1, a sentence, and its main actions."""
    about = (
        [rx.el.p(description, class_name="mt-1 text-muted-foreground text-pretty max-w-[68ch]")]
        if description is not None
        else []
    )
    side = [rx.el.div(*actions, class_name="flex flex-wrap gap-2")] if actions else []
    return rx.el.header(
        rx.el.div(rx.el.h1(title, class_name="text-2xl font-semibold tracking-tight"), *about, class_name="min-w-0"),
        *side,
        class_name="flex flex-wrap items-end justify-between gap-4",
    )


def stat(
    label: str,
    value: str | int | rx.Var,
    *,
    icon: str,
    hint: str | rx.Var[str] | None = None,
    loading: bool | rx.Var[bool] = False,
    tone: str | rx.Var[str] = "neutral",
) -> rx.Component:
    """One figure with its label; `tone="danger"` draws attention to it."""
    from instantchat.ui.feedback import skeleton

    number = rx.el.dd(
        value, class_name="mt-2 text-3xl font-semibold tracking-tight tabular-nums group-data-[tone=danger]:text-danger"
    )
    shown = rx.cond(loading, skeleton(class_name="mt-3 h-8 w-16"), number) if isinstance(loading, rx.Var) else number
    note = [rx.el.dd(hint, class_name="mt-1 text-[13px] text-muted-foreground")] if hint is not None else []
    return rx.el.div(
        rx.el.dt(
            rx.icon(icon, size=16, aria_hidden=True, class_name="shrink-0"),
            rx.el.span(label, class_name="truncate"),
            class_name="flex items-center gap-2 text-[13px] font-medium text-muted-foreground",
        ),
        shown,
        *note,
        class_name=f"{_CARD} group p-4 sm:p-5",
        custom_attrs={"data-tone": tone},
    )


def item_list(*items: Any, **props: Any) -> rx.Component:
    """A list of rows with lines between them, to be put in a `card(padded=False)`."""
    props["class_name"] = cx("divide-y divide-border", props.pop("class_name", None))
    return rx.el.ul(*items, **props)


def item(
    title: Any,
    *,
    subtitle: Any | None = None,
    leading: rx.Component | None = None,
    trailing: rx.Component | None = None,
    **props: Any,
) -> rx.Component:
    """A row: something at the left (an avatar), two lines of text that truncate, something at the right."""
    below = (
        [rx.el.div(subtitle, class_name="truncate text-[13px] text-muted-foreground")] if subtitle is not None else []
    )
    props["class_name"] = cx("flex items-center gap-3 px-4 py-3 sm:px-6", props.pop("class_name", None))
    return rx.el.li(
        *([leading] if leading is not None else []),
        rx.el.div(rx.el.div(title, class_name="truncate font-medium"), *below, class_name="min-w-0 flex-1"),
        *([trailing] if trailing is not None else []),
        **props,
    )
