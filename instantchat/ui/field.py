"""Form controls: a label, the control, its help and its error, tied together for screen readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from instantchat.ui.css import cx

CONTROL = (
    "w-full rounded-md border border-input bg-surface text-foreground text-base sm:text-sm "
    "placeholder:text-muted-foreground "
    "transition-colors focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-ring "
    "focus-visible:border-ring disabled:opacity-60 disabled:bg-muted aria-invalid:border-danger"
)


def input(**props: Any) -> rx.Component:
    """A one-line text input, 40 px high."""
    return rx.el.input(**_with(props, f"{CONTROL} h-10 px-3"))


def textarea(**props: Any) -> rx.Component:
    """A text input of several lines that grows with its text."""
    return rx.el.textarea(**_with(props, f"{CONTROL} min-h-20 px-3 py-2 field-sizing-content resize-y"))


def select(
    options: Sequence[tuple[str, str]] | rx.Var, *, placeholder: str | None = None, **props: Any
) -> rx.Component:
    """The browser's own select (it suits phones and keyboards best). `options` are (value, label) pairs, or a Var of
    `{value, label}` dicts."""
    if isinstance(options, rx.Var):
        drawn: Any = [rx.foreach(options, lambda each: rx.el.option(each["label"], value=each["value"]))]
    else:
        drawn = [rx.el.option(label, value=value) for value, label in options]
    first = [rx.el.option(placeholder, value="", disabled=True)] if placeholder else []
    return rx.el.div(
        rx.el.select(*first, *drawn, **_with(props, f"{CONTROL} h-10 pl-3 pr-9 appearance-none")),
        rx.icon(
            "chevron-down",
            size=16,
            aria_hidden=True,
            class_name="absolute right-3 top-3 text-muted-foreground pointer-events-none",
        ),
        class_name="relative w-full",
    )


def field(
    label: str | rx.Var[str],
    control: rx.Component,
    *,
    name: str,
    help: str | rx.Var[str] | None = None,
    error: str | rx.Var[str] | None = None,
    optional: bool = False,
) -> rx.Component:
    """A labelled control. Give the control `id=name` and, where it has help or an error,
    `aria_describedby=f"{name}-help {name}-error"`. `error` is shown while it is not empty."""
    mark = [rx.el.span("optional", class_name="ml-2 font-normal text-muted-foreground")] if optional else []
    parts: list[Any] = [rx.el.label(label, *mark, html_for=name, class_name="text-sm font-medium"), control]
    if help is not None:
        parts.append(rx.el.p(help, id=f"{name}-help", class_name="text-[13px] text-muted-foreground"))
    if error is not None:
        parts.append(field_error(error, name=name))
    return rx.el.div(*parts, class_name="flex flex-col gap-1.5 min-w-0")


def field_error(error: str | rx.Var[str], *, name: str) -> rx.Component:
    """The sentence under a control; nothing while it is empty."""
    sentence = rx.el.p(
        rx.icon("circle-alert", size=14, class_name="mt-0.5 shrink-0", aria_hidden=True),
        rx.el.span(error),
        id=f"{name}-error",
        role="alert",
        class_name="flex gap-1.5 text-[13px] text-danger",
    )
    return rx.cond(error, sentence, rx.fragment()) if isinstance(error, rx.Var) else sentence


def checkbox(label: str | rx.Var[str], **props: Any) -> rx.Component:
    """A checkbox with its label; pass `checked` and `on_change`, or `default_checked` and `name`."""
    return rx.el.label(
        rx.el.input(type="checkbox", **_with(props, "mt-0.5 size-4 shrink-0 accent-brand")),
        rx.el.span(label),
        class_name="flex items-start gap-2.5 text-sm cursor-pointer",
    )


def switch(label: str | rx.Var[str], *, hide_label: bool = False, **props: Any) -> rx.Component:
    """An on/off switch with its label on the left; pass `checked` and `on_change`."""
    knob = (
        "after:absolute after:left-0.5 after:top-0.5 after:size-4 after:rounded-full after:bg-white after:shadow-card "
    )
    track = (
        "relative h-5 w-9 shrink-0 appearance-none rounded-full bg-input transition-colors cursor-pointer "
        "checked:bg-brand checked:after:translate-x-4 after:transition-transform disabled:opacity-50 " + knob
    )
    return rx.el.label(
        rx.el.span(label, class_name="sr-only" if hide_label else "text-sm"),
        rx.el.input(type="checkbox", role="switch", **_with(props, track)),
        class_name="inline-flex items-center justify-between gap-3",
    )


def _with(props: dict[str, Any], classes: str) -> dict[str, Any]:
    if "name" in props:
        props.setdefault("id", props["name"])
    return {**props, "class_name": cx(classes, props.get("class_name"))}
