"""A hint beside a control: Radix's tooltip (hover, focus, Escape) in our clothes."""

from __future__ import annotations

import reflex as rx


class _Tooltip(rx.Component):
    library = "@radix-ui/react-tooltip@1.2.8"


class TooltipProvider(_Tooltip):
    """Timing of the tooltips inside."""

    tag = "Provider"
    alias = "TooltipProvider"
    delay_duration: rx.Var[int]


class TooltipRoot(_Tooltip):
    """Holds whether it is shown."""

    tag = "Root"
    alias = "TooltipRoot"


class TooltipTrigger(_Tooltip):
    """The control it belongs to."""

    tag = "Trigger"
    alias = "TooltipTrigger"
    as_child: rx.Var[bool]


class TooltipPortal(_Tooltip):
    """Draws it at the end of the body."""

    tag = "Portal"
    alias = "TooltipPortal"


class TooltipContent(_Tooltip):
    """Its box."""

    tag = "Content"
    alias = "TooltipContent"
    side: rx.Var[str]
    side_offset: rx.Var[int]
    collision_padding: rx.Var[int]


def tooltip(control: rx.Component, text: str | rx.Var[str], *, side: str = "top") -> rx.Component:
    """`control` (a button or link) with a hint. A hint repeats or explains, it never holds what must be known."""
    box = TooltipContent.create(
        text,
        side=side,
        side_offset=6,
        collision_padding=8,
        class_name="z-50 max-w-64 rounded-md bg-foreground px-2.5 py-1.5 text-xs text-background "
        "shadow-raised animate-fade",
    )
    return TooltipProvider.create(
        TooltipRoot.create(TooltipTrigger.create(control, as_child=True), TooltipPortal.create(box)), delay_duration=300
    )
