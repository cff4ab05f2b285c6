"""The parts of `/settings`."""

from __future__ import annotations

import reflex as rx
from reflex.style import set_color_mode

from instantchat import ui
from instantchat.features.auth.components import PASSWORD_RULES
from instantchat.features.auth.state import Session
from instantchat.features.settings.state import Settings


def profile() -> rx.Component:
    """Picture, name, address."""
    picture = rx.el.div(
        ui.avatar(Session.avatar_url, Session.name, size="xl"),
        ui.api_form(
            rx.el.label(
                rx.icon("upload", size=16, aria_hidden=True),
                "Change picture",
                rx.el.input(
                    type="file", name="file", accept="image/png,image/jpeg,image/webp,image/gif", class_name="sr-only"
                ),
                class_name=f"{ui.button_class('secondary', 'sm')} relative cursor-pointer focus-within:outline-2 "
                "focus-within:outline-offset-2 focus-within:outline-ring",
            ),
            rx.el.p("PNG, JPEG or WebP, up to 5 MB.", class_name="text-[13px] text-muted-foreground"),
            ui.api_message(),
            action="/api/user/avatar",
            multipart=True,
            submit_on_change=True,
            on_done=Settings.profile_saved,
            label="Picture",
            class_name="flex flex-col items-start gap-2",
        ),
        class_name="flex items-center gap-5",
    )
    form = ui.api_form(
        ui.api_field(
            "Name",
            name="name",
            auto_complete="name",
            required=True,
            max_length=80,
            default_value=Session.name,
            key=Session.name,
        ),
        ui.api_message(),
        rx.el.div(ui.api_submit("Save name", busy_text="Saving")),
        action="/api/user/profile",
        method="PATCH",
        on_done=Settings.profile_saved,
        label="Name",
        class_name="flex max-w-sm flex-col gap-4",
    )
    address = rx.el.dl(
        rx.el.dt("Email", class_name="font-medium"),
        rx.el.dd(Session.email, class_name="mt-1 truncate text-muted-foreground"),
    )
    return ui.section(
        "Profile",
        rx.el.div(picture, form, address, class_name="flex flex-col gap-6"),
        description="How others in your workspace see you.",
    )


def appearance() -> rx.Component:
    """Light, dark, or as the system says; kept in this browser."""
    choices = (("light", "Light", "sun"), ("dark", "Dark", "moon"), ("system", "System", "monitor"))
    return ui.section(
        "Appearance",
        rx.el.div(
            *[_look(*choice) for choice in choices],
            role="radiogroup",
            aria_label="Appearance",
            class_name="inline-flex gap-1 rounded-lg bg-muted p-1",
        ),
        description="Kept in this browser.",
    )


def password() -> rx.Component:
    """A new password; every other sign-in ends with the old one."""
    form = ui.api_form(
        ui.api_field(
            "Current password", name="currentPassword", type="password", auto_complete="current-password", required=True
        ),
        ui.api_field(
            "New password",
            name="newPassword",
            type="password",
            auto_complete="new-password",
            required=True,
            rules=PASSWORD_RULES,
        ),
        ui.api_message(),
        rx.el.div(ui.api_submit("Change password", variant="secondary", busy_text="Changing")),
        action="/api/user/password",
        go_to="/settings?changed=password",
        label="Password",
        class_name="flex max-w-sm flex-col gap-4",
    )
    return ui.section("Password", form, description="Changing it ends every other sign-in.")


def your_data() -> rx.Component:
    """Everything as a file."""
    return ui.section(
        "Your data",
        ui.link_button("Download", href="/api/user/export", icon="download", external=True, download=True),
        description="Everything kept about you and, for an owner, the workspace, as one JSON file. Keep it safe.",
    )


def session() -> rx.Component:
    """Ending the session."""
    return ui.section(
        "Session",
        ui.button("Sign out", icon="log-out", on_click=ui.sign_out()),
        description="You stay signed in on this browser for 30 days, or until you sign out.",
    )


def delete_account() -> rx.Component:
    """The way out, behind a dialog and the password."""
    form = ui.api_form(
        ui.api_field("Password", name="password", type="password", auto_complete="current-password", required=True),
        ui.api_message(),
        rx.el.div(
            ui.dialog_close(ui.button("Cancel")),
            ui.api_submit("Delete my account", variant="danger", busy_text="Deleting"),
            class_name="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end",
        ),
        action="/api/user/delete",
        method="DELETE",
        go_to="/signup?deleted=account",
        label="Delete account",
    )
    dialog = ui.dialog(
        "Delete your account?",
        form,
        trigger=ui.button("Delete account", variant="danger_ghost", icon="trash-2", class_name="-ml-4"),
        description="This cannot be undone. With the last person of a workspace, its flows, conversations and "
        "connections are deleted too.",
        width="sm",
        alert=True,
    )
    return ui.section("Delete account", dialog, description="Removes you, and your workspace if nobody else is in it.")


def _look(value: str, label: str, icon: str) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=16, aria_hidden=True),
        label,
        type="button",
        role="radio",
        aria_checked=rx.color_mode == value,
        on_click=set_color_mode(value),
        class_name="flex h-9 items-center gap-2 rounded-md px-3 font-medium text-muted-foreground "
        "hover:text-foreground "
        "aria-checked:bg-surface aria-checked:text-foreground aria-checked:shadow-card",
    )
