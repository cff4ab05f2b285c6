"""What a page says while it waits, when there is nothing, and when something is wrong."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from instantchat.ui.css import cx

Tone = Literal["neutral", "brand", "success", "warning", "danger", "info"]

_TONES = (
    "bg-muted text-muted-foreground data-[tone=brand]:bg-brand-soft data-[tone=brand]:text-brand-strong "
    "data-[tone=success]:bg-success-soft data-[tone=success]:text-success "
    "data-[tone=warning]:bg-warning-soft data-[tone=warning]:text-warning "
    "data-[tone=danger]:bg-danger-soft data-[tone=danger]:text-danger "
    "data-[tone=info]:bg-info-soft data-[tone=info]:text-info"
)
_ICONS = {"info": "info", "success": "circle-check", "warning": "triangle-alert", "danger": "circle-alert"}


def badge(*children: Any, tone: Tone | rx.Var[str] = "neutral", dot: bool = False, **props: Any) -> rx.Component:
    """A small label; `tone` may be a Var. `dot` puts a filled circle before the text."""
    lead = [rx.el.span(class_name="size-1.5 rounded-full bg-current", aria_hidden=True)] if dot else []
    return rx.el.span(
        *lead,
        *children,
        **_toned(
            props,
            tone,
            "inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap",
        ),
    )


def count_badge(count: rx.Var[int], label: str, **props: Any) -> rx.Component:
    """A number in a brand-coloured pill, 99+ at most; nothing at 0. `label` completes it: "3 unread"."""
    classes = (
        "inline-flex min-w-5 items-center justify-center rounded-full bg-brand px-1.5 text-xs leading-5 font-semibold "
    )
    props["class_name"] = cx(classes + "text-brand-foreground tabular-nums", props.pop("class_name", None))
    shown = rx.cond(count > 99, "99+", count.to_string())
    return rx.cond(count > 0, rx.el.span(shown, rx.el.span(f" {label}", class_name="sr-only"), **props), rx.fragment())


def banner(
    title: str | rx.Var[str],
    *children: Any,
    tone: Literal["info", "success", "warning", "danger"] = "info",
    action: rx.Component | None = None,
    **props: Any,
) -> rx.Component:
    """A sentence that stays until it is no longer true; `children` say more, `action` is at its right."""
    more = [rx.el.div(*children, class_name="mt-0.5 text-foreground/85 text-pretty")] if children else []
    props.setdefault("role", "alert" if tone == "danger" else "status")
    return rx.el.div(
        rx.icon(_ICONS[tone], size=18, aria_hidden=True, class_name="mt-px shrink-0"),
        rx.el.div(rx.el.p(title, class_name="font-medium text-pretty"), *more, class_name="min-w-0 flex-1 basis-56"),
        *([action] if action is not None else []),
        **_toned(props, tone, "flex flex-wrap gap-x-3 gap-y-2 rounded-lg px-4 py-3 text-sm"),
    )


def spinner(label: str = "Loading", *, size: int = 20, **props: Any) -> rx.Component:
    """A turning circle that tells screen readers what is awaited."""
    props["class_name"] = cx("inline-flex text-muted-foreground", props.pop("class_name", None))
    return rx.el.span(
        rx.icon("loader-circle", size=size, class_name="animate-spin", aria_hidden=True),
        rx.el.span(label, class_name="sr-only"),
        role="status",
        **props,
    )


def skeleton(**props: Any) -> rx.Component:
    """A grey block where text or a picture will be; give it `h-*` and `w-*`."""
    props["class_name"] = cx("block rounded-md bg-muted animate-pulse", props.pop("class_name", None))
    return rx.el.span(aria_hidden=True, **props)


def empty_state(
    title: str | rx.Var[str], *children: Any, icon: str, action: rx.Component | None = None, **props: Any
) -> rx.Component:
    """What stands where a list would be: a picture, what will be here, and how to get there."""
    props["class_name"] = cx("flex flex-col items-center px-6 py-12 text-center", props.pop("class_name", None))
    more = [rx.el.div(*children, class_name="mt-1 max-w-[44ch] text-muted-foreground text-pretty")] if children else []
    return rx.el.div(
        rx.el.span(
            rx.icon(icon, size=22, aria_hidden=True),
            class_name="mb-4 flex size-12 items-center justify-center rounded-xl bg-brand-soft text-brand-strong",
        ),
        rx.el.p(title, class_name="text-base font-semibold tracking-tight"),
        *more,
        *([rx.el.div(action, class_name="mt-5")] if action is not None else []),
        **props,
    )


def _toned(props: dict[str, Any], tone: Any, classes: str) -> dict[str, Any]:
    attributes = {**props.pop("custom_attrs", {}), "data-tone": tone}
    return {**props, "custom_attrs": attributes, "class_name": cx(classes, _TONES, props.get("class_name"))}
