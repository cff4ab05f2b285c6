"""Forms sent by the browser straight to `/api`, for what changes the session cookie or the person behind it.

```
api_form(api_field("Email", name="email", type="email"), api_submit("Sign in"), action="/api/auth/login", go_to="?next")
```
A refusal is shown at its field, or above the button. Everything else talks to state handlers.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.utils.imports import ImportVar
from reflex.vars import VarData

from instantchat.ui.button import Size, Variant, button_class
from instantchat.ui.field import CONTROL

_ENTRY = rx.asset("api_form.jsx", shared=True)
rx.asset("send.js", shared=True)


class ApiForm(rx.Component):
    """The form. `go_to` is where a full load goes when it succeeded (`?next`: the address's own `next`, if it is within
    this site); `go_to_field` names the field of the answer that holds it."""

    library = _ENTRY.importable_path
    tag = "ApiForm"
    action: rx.Var[str]
    method: rx.Var[str]
    multipart: rx.Var[bool]
    go_to: rx.Var[str]
    go_to_field: rx.Var[str]
    reset_on_done: rx.Var[bool]
    submit_on_change: rx.Var[bool]
    label: rx.Var[str]
    on_done: rx.EventHandler[rx.event.passthrough_event_spec(dict)]


class ApiField(rx.Component):
    """A labelled input of the form; a password gets a show/hide button, `rules` tick themselves while typing."""

    library = _ENTRY.importable_path
    tag = "ApiField"
    name: rx.Var[str]
    label: rx.Var[str]
    type: rx.Var[str]
    help: rx.Var[str]
    optional: rx.Var[bool]
    rules: rx.Var[list[dict[str, str]]]
    input_class: rx.Var[str]
    auto_complete: rx.Var[str]
    auto_focus: rx.Var[bool]
    required: rx.Var[bool]
    min_length: rx.Var[int]
    max_length: rx.Var[int]
    placeholder: rx.Var[str]
    default_value: rx.Var[str]


class ApiMessage(rx.Component):
    """Where a refusal that belongs to no field is shown."""

    library = _ENTRY.importable_path
    tag = "ApiMessage"


class ApiSubmit(rx.Component):
    """The button; off until the page's script is there, and while a rate limit lasts."""

    library = _ENTRY.importable_path
    tag = "ApiSubmit"
    busy_text: rx.Var[str]
    disabled: rx.Var[bool]


def api_form(*children: Any, action: str, class_name: str = "flex flex-col gap-5", **props: Any) -> rx.Component:
    """A form that is sent to `action` (POST, or `method`)."""
    return ApiForm.create(*children, action=action, class_name=class_name, **props)


def api_field(label: str, *, name: str, type: str = "text", **props: Any) -> rx.Component:
    """An input of an `api_form`."""
    return ApiField.create(name=name, label=label, type=type, input_class=f"{CONTROL} h-10 px-3", **props)


def api_message() -> rx.Component:
    """Where refusals of an `api_form` are shown; put it above the button."""
    return ApiMessage.create()


def api_submit(
    *children: Any, variant: Variant = "primary", size: Size = "md", class_name: str = "", **props: Any
) -> rx.Component:
    """The submit button of an `api_form`."""
    return ApiSubmit.create(*children, class_name=f"{button_class(variant, size)} {class_name}", **props)


class FollowSession(rx.Component):
    """Draws nothing: loads the page anew when another tab of the browser signs in or out."""

    library = _ENTRY.importable_path
    tag = "FollowSession"


def sign_out() -> rx.Var:
    """The event of a menu item or button that ends the session and loads the sign-in page."""
    data = VarData(imports={_ENTRY.importable_path: [ImportVar(tag="signOut")]})
    return rx.vars.FunctionStringVar.create("signOut", _var_data=data)
