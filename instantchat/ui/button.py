"""Buttons and links."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink  # type: ignore[import-untyped]

from instantchat.ui.css import cx

Variant = Literal["primary", "secondary", "ghost", "danger", "danger_ghost"]
Size = Literal["sm", "md", "lg", "icon"]

_BASE = (
    "inline-flex items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap select-none "
    "transition-colors disabled:opacity-50 disabled:cursor-not-allowed aria-disabled:opacity-50 shrink-0"
)
_VARIANTS: dict[str, str] = {
    "primary": "bg-brand text-brand-foreground shadow-card hover:bg-brand-hover",
    "secondary": "bg-surface text-foreground border border-border shadow-card hover:bg-muted",
    "ghost": "text-foreground hover:bg-muted",
    "danger": "bg-danger text-danger-foreground shadow-card hover:bg-danger-hover",
    "danger_ghost": "text-danger hover:bg-danger-soft",
}
_SIZES: dict[str, str] = {
    "sm": "h-8 px-3 text-[13px]",
    "md": "h-10 px-4 text-sm",
    "lg": "h-11 px-5 text-[15px]",
    "icon": "size-10",
}


def button_class(variant: Variant = "secondary", size: Size = "md") -> str:
    """The classes of a button, for elements that only look like one."""
    return f"{_BASE} {_VARIANTS[variant]} {_SIZES[size]}"


def button(
    *children: Any,
    variant: Variant = "secondary",
    size: Size = "md",
    icon: str | None = None,
    loading: bool | rx.Var[bool] = False,
    **props: Any,
) -> rx.Component:
    """A `<button type="button">`; `icon` is a lucide name, `loading` shows a spinner and disables it."""
    props["class_name"] = cx(button_class(variant, size), props.pop("class_name", None))
    props.setdefault("type", "button")
    if isinstance(loading, rx.Var):
        props["disabled"] = loading | props.get("disabled", False)
        props["aria_busy"] = loading
    lead: list[Any] = [rx.icon(icon, size=16, aria_hidden=True)] if icon else []
    if isinstance(loading, rx.Var):
        busy = rx.icon("loader-circle", size=16, class_name="animate-spin", aria_hidden=True)
        lead = [rx.cond(loading, busy, lead[0] if lead else rx.fragment())]
    return rx.el.button(*lead, *children, **props)


def icon_button(icon: str, label: str | rx.Var[str], *, size: Size = "icon", **props: Any) -> rx.Component:
    """A square button of one icon; `label` is what screen readers and the tooltip say."""
    props["class_name"] = cx(
        _BASE,
        _VARIANTS[props.pop("variant", "ghost")],
        "size-8" if size == "sm" else "size-10",
        props.pop("class_name", None),
    )
    props.setdefault("type", "button")
    return rx.el.button(
        rx.icon(icon, size=16 if size == "sm" else 18, aria_hidden=True), aria_label=label, title=label, **props
    )


def link(*children: Any, href: str | rx.Var[str], **props: Any) -> rx.Component:
    """A link within the app (no page load), without looks of its own: give it classes."""
    return ReactRouterLink.create(*children, to=href, **props)


def text_link(*children: Any, href: str | rx.Var[str], **props: Any) -> rx.Component:
    """A link inside text."""
    props["class_name"] = cx(
        "font-medium text-brand-strong underline underline-offset-3 decoration-brand-strong/40 "
        "hover:decoration-brand-strong "
        "rounded-sm",
        props.pop("class_name", None),
    )
    return link(*children, href=href, **props)


def link_button(
    *children: Any,
    href: str | rx.Var[str],
    variant: Variant = "secondary",
    size: Size = "md",
    icon: str | None = None,
    external: bool = False,
    **props: Any,
) -> rx.Component:
    """A link that looks like a button; `external` makes it a full page load."""
    props["class_name"] = cx(button_class(variant, size), props.pop("class_name", None))
    lead = [rx.icon(icon, size=16, aria_hidden=True)] if icon else []
    if external:
        return rx.el.a(*lead, *children, href=href, **props)
    return link(*lead, *children, href=href, **props)
