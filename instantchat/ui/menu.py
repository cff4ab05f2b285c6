"""Menus that open from a button: Radix's dropdown menu (arrow keys, typing ahead, Escape) in our clothes."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from instantchat.ui.button import link

_ITEM = (
    "flex w-full items-center gap-2.5 rounded-md px-2.5 py-2 text-sm outline-none select-none "
    "data-[highlighted]:bg-muted data-[disabled]:opacity-50 data-[disabled]:cursor-not-allowed"
)


class _Menu(rx.Component):
    library = "@radix-ui/react-dropdown-menu@2.1.16"


class MenuRoot(_Menu):
    """Holds whether the menu is open; a modal one hides the page from screen readers meanwhile."""

    tag = "Root"
    alias = "MenuRoot"
    modal: rx.Var[bool]


class MenuTrigger(_Menu):
    """The button that opens it."""

    tag = "Trigger"
    alias = "MenuTrigger"
    as_child: rx.Var[bool]


class MenuPortal(_Menu):
    """Draws the menu at the end of the body."""

    tag = "Portal"
    alias = "MenuPortal"


class MenuContent(_Menu):
    """The menu's box."""

    tag = "Content"
    alias = "MenuContent"
    align: rx.Var[str]
    side: rx.Var[str]
    side_offset: rx.Var[int]
    collision_padding: rx.Var[int]


class MenuItem(_Menu):
    """One thing to do."""

    tag = "Item"
    alias = "MenuItem"
    as_child: rx.Var[bool]
    disabled: rx.Var[bool]
    on_select: rx.EventHandler[rx.event.no_args_event_spec]


class MenuSeparator(_Menu):
    """A line between groups."""

    tag = "Separator"
    alias = "MenuSeparator"


def menu(
    trigger: rx.Component,
    *items: rx.Component,
    align: Literal["start", "center", "end"] = "end",
    side: Literal["top", "bottom"] = "bottom",
) -> rx.Component:
    """A menu of `menu_item`s that opens from `trigger`, a button."""
    return MenuRoot.create(
        MenuTrigger.create(trigger, as_child=True),
        MenuPortal.create(
            MenuContent.create(
                *items,
                align=align,
                side=side,
                side_offset=6,
                collision_padding=8,
                class_name="z-50 min-w-48 rounded-lg border border-border bg-surface p-1 shadow-raised animate-rise",
            )
        ),
        modal=False,
    )


def menu_item(
    label: str | rx.Var[str],
    *,
    icon: str,
    on_select: Any = None,
    href: str | rx.Var[str] | None = None,
    danger: bool = False,
    **props: Any,
) -> rx.Component:
    """A line of a menu: does `on_select`, or goes to `href`."""
    classes = f"{_ITEM} text-danger data-[highlighted]:bg-danger-soft" if danger else _ITEM
    inside = (rx.icon(icon, size=16, aria_hidden=True, class_name="shrink-0"), rx.el.span(label))
    if href is not None:
        return MenuItem.create(link(*inside, href=href, class_name=classes), as_child=True, **props)
    return MenuItem.create(*inside, class_name=classes, on_select=on_select, **props)


def menu_separator() -> rx.Component:
    """A line between groups of items."""
    return MenuSeparator.create(class_name="my-1 h-px bg-border")
