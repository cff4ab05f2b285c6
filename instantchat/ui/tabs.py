"""Tabs: Radix's (arrow keys, roles) in our clothes."""

from __future__ import annotations

from typing import Any

import reflex as rx


class _Tabs(rx.Component):
    library = "@radix-ui/react-tabs@1.1.13"


class TabsRoot(_Tabs):
    """Holds which tab is shown."""

    tag = "Root"
    alias = "TabsRoot"
    default_value: rx.Var[str]
    value: rx.Var[str]
    on_value_change: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class TabsList(_Tabs):
    """The row of tabs."""

    tag = "List"
    alias = "TabsList"


class TabsTrigger(_Tabs):
    """One tab."""

    tag = "Trigger"
    alias = "TabsTrigger"
    value: rx.Var[str]


class TabsContent(_Tabs):
    """What a tab shows."""

    tag = "Content"
    alias = "TabsContent"
    value: rx.Var[str]


_TAB = (
    "-mb-px border-b-2 border-transparent px-3 py-2.5 text-sm font-medium whitespace-nowrap text-muted-foreground "
    "transition-colors hover:text-foreground data-[state=active]:border-brand data-[state=active]:text-foreground "
    "focus-visible:-outline-offset-2 rounded-t-md"
)


def tabs(panels: dict[str, tuple[str, rx.Component]], *, label: str, **root: Any) -> rx.Component:
    """`panels` maps a tab's value to its (label, content). The first is shown, unless `value` and `on_value_change` or
    `default_value` say otherwise; `label` names the row for screen readers."""
    if "value" not in root:
        root.setdefault("default_value", next(iter(panels)))
    heads = [TabsTrigger.create(text, value=value, class_name=_TAB) for value, (text, _) in panels.items()]
    bodies = [TabsContent.create(content, value=value, class_name="pt-5") for value, (_, content) in panels.items()]
    row = TabsList.create(*heads, aria_label=label, class_name="flex gap-1 overflow-x-auto border-b border-border")
    return TabsRoot.create(row, *bodies, **root)
