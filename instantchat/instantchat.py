"""The Reflex application: wiring only. Pages register themselves with `ui.pages.page` and are found by discovery."""

from __future__ import annotations

import reflex as rx

from instantchat.ui.errors import on_backend_error, on_frontend_error
from instantchat.ui.pages import register_all
from instantchat.ui.toast import toaster

app = rx.App(
    html_lang="en",
    toaster=None,  # Reflex's runs code sent by the server, which our content security policy forbids
    extra_app_wraps={(6, "Toasts"): lambda stateful: rx.fragment(toaster())},
    backend_exception_handler=on_backend_error,
    frontend_exception_handler=on_frontend_error,
)
register_all(app)
