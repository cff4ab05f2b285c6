"""The Reflex application: wiring only. Pages register themselves with `ui.pages.page` and are found by discovery."""

from __future__ import annotations

from instantchat.ui.pages import create_app

app = create_app()
