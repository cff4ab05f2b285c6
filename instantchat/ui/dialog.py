"""Dialogs and drawers: Radix's dialog (focus trap, Escape, inert page behind) in our clothes."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from instantchat.ui.button import button, icon_button
from instantchat.ui.css import cx


class _Dialog(rx.Component):
    library = "@radix-ui/react-dialog@1.1.15"


class DialogRoot(_Dialog):
    """Holds whether the dialog is open; uncontrolled unless `open` is given."""

    tag = "Root"
    alias = "DialogRoot"
    open: rx.Var[bool]
    on_open_change: rx.EventHandler[rx.event.passthrough_event_spec(bool)]


class DialogTrigger(_Dialog):
    """Opens it; with `as_child` the child is the button."""

    tag = "Trigger"
    alias = "DialogTrigger"
    as_child: rx.Var[bool]


class DialogPortal(_Dialog):
    """Draws its children at the end of the body."""

    tag = "Portal"
    alias = "DialogPortal"


class DialogOverlay(_Dialog):
    """What dims the page."""

    tag = "Overlay"
    alias = "DialogOverlay"


class DialogContent(_Dialog):
    """The dialog's box."""

    tag = "Content"
    alias = "DialogContent"


class DialogTitle(_Dialog):
    """Its name for screen readers, drawn as its heading."""

    tag = "Title"
    alias = "DialogTitle"


class DialogDescription(_Dialog):
    """Its description for screen readers."""

    tag = "Description"
    alias = "DialogDescription"


class DialogClose(_Dialog):
    """Closes it; with `as_child` the child is the button."""

    tag = "Close"
    alias = "DialogClose"
    as_child: rx.Var[bool]


_OVERLAY = "fixed inset-0 z-40 bg-overlay data-[state=open]:animate-fade"
_BOX = (
    "fixed z-50 left-1/2 top-1/2 -translate-x-1/2 -translate-y-1/2 w-[calc(100vw-2rem)] max-h-[calc(100dvh-2rem)] "
    "overflow-y-auto rounded-xl border border-border bg-surface p-5 sm:p-6 shadow-overlay outline-none "
    "data-[state=open]:animate-fade"
)
_WIDTHS = {"sm": "max-w-md", "md": "max-w-lg", "lg": "max-w-3xl"}
_SIDES = {
    "left": "left-0 data-[state=open]:animate-slide-left border-r",
    "right": "right-0 data-[state=open]:animate-slide-right border-l",
}


def dialog(
    title: str | rx.Var[str],
    *children: Any,
    trigger: rx.Component | None = None,
    description: str | rx.Var[str] | None = None,
    footer: tuple[rx.Component, ...] = (),
    width: Literal["sm", "md", "lg"] = "md",
    alert: bool = False,
    **root: Any,
) -> rx.Component:
    """A box over the page. Give a `trigger`, or `open` and `on_open_change`. `alert` marks it as a question that must
    be answered. Wrap what should close it in `dialog_close`."""
    foot = (
        [rx.el.div(*footer, class_name="mt-6 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end")] if footer else []
    )
    extra = {"role": "alertdialog"} if alert else {}
    content = DialogContent.create(
        DialogTitle.create(title, class_name="pr-10 text-lg font-semibold tracking-tight text-pretty"),
        _about(description, "mt-1 text-muted-foreground text-pretty"),
        *([rx.el.div(*children, class_name="mt-5")] if children else []),
        *foot,
        # Last, so that the first field or answer has the focus when the dialog opens.
        dialog_close(icon_button("x", "Close", size="sm", class_name="absolute right-3 top-4")),
        class_name=cx(_BOX, _WIDTHS[width]),
        custom_attrs=extra if description is not None else {**extra, "aria-describedby": rx.Var("undefined")},
    )
    return _root(trigger, content, root)


def drawer(
    title: str | rx.Var[str],
    *children: Any,
    trigger: rx.Component | None = None,
    side: Literal["left", "right"] = "left",
    hide_title: bool = False,
    class_name: str = "w-[min(20rem,85vw)]",
    return_focus: rx.Var[str] | None = None,
    **root: Any,
) -> rx.Component:
    """A panel that slides in from a side, for navigation on phones or a form beside the page. One without a `trigger`
    gives the focus back to the element with the id `return_focus`."""
    content = DialogContent.create(
        DialogTitle.create(
            title, class_name="sr-only" if hide_title else "mb-4 pr-10 text-lg font-semibold tracking-tight"
        ),
        *children,
        class_name=cx(
            "fixed inset-y-0 z-50 flex flex-col overflow-y-auto border-border bg-surface p-4 shadow-overlay "
            "outline-none",
            _SIDES[side],
            class_name,
        ),
        custom_attrs={"aria-describedby": rx.Var("undefined"), **_focus_after(return_focus)},
    )
    return _root(trigger, content, root)


def confirm(
    title: str | rx.Var[str],
    sentence: str | rx.Var[str],
    *,
    action: str,
    on_confirm: Any,
    trigger: rx.Component | None = None,
    danger: bool = True,
    **root: Any,
) -> rx.Component:
    """A question with two answers. `action` is the verb on the button ("Delete flow"); answering closes the dialog."""
    verb = button(action, variant="danger" if danger else "primary", on_click=on_confirm)
    return dialog(
        title,
        trigger=trigger,
        description=sentence,
        footer=(dialog_close(button("Cancel")), dialog_close(verb)),
        width="sm",
        alert=True,
        **root,
    )


def dialog_close(child: rx.Component) -> rx.Component:
    """A button that also closes the dialog it is in."""
    return DialogClose.create(child, as_child=True)


def _focus_after(element_id: rx.Var[str] | None) -> dict[str, rx.Var]:
    """Radix gives the focus back to its trigger, and to nothing where there is none."""
    if element_id is None:
        return {}
    give = f"((event) => {{ event.preventDefault(); document.getElementById({element_id!s})?.focus(); }})"
    return {"onCloseAutoFocus": rx.Var(give, _var_data=element_id._get_all_var_data())}


def _about(description: Any, classes: str) -> rx.Component:
    return DialogDescription.create(description, class_name=classes) if description is not None else rx.fragment()


def _root(trigger: rx.Component | None, content: rx.Component, root: dict[str, Any]) -> rx.Component:
    opener = [DialogTrigger.create(trigger, as_child=True)] if trigger is not None else []
    return DialogRoot.create(*opener, DialogPortal.create(DialogOverlay.create(class_name=_OVERLAY), content), **root)
