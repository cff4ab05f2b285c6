"""`/settings`: the profile, how the product looks, the session, and the way out."""

from __future__ import annotations

import reflex as rx

from instantchat import ui
from instantchat.features.rules.components import automation
from instantchat.features.rules.state import Automation
from instantchat.features.settings.components import appearance, delete_account, password, profile, session, your_data
from instantchat.features.settings.state import Settings
from instantchat.ui.pages import page


@page("/settings", title="Settings", on_load=[Settings.load, Automation.load])
def settings() -> rx.Component:
    """The page."""
    return rx.el.div(
        ui.page_header("Settings", description="Your account on this server."),
        profile(),
        password(),
        appearance(),
        automation(),
        session(),
        your_data(),
        delete_account(),
        class_name="mx-auto flex max-w-3xl flex-col gap-6",
    )
