"""Toasts: short sentences at the lower right, read aloud politely (sonner).

Reflex's own toasts run code sent by the server, which the content security policy forbids; here a state variable names
the toast and the component shows it.
"""

from __future__ import annotations

import time
from typing import Any, Literal

import reflex as rx
from reflex.style import resolved_color_mode

ToastTone = Literal["success", "info", "warning", "error"]


class Toasts(rx.State):
    """The latest toast of one browser tab."""

    item: dict[str, Any] = {}

    @rx.event
    def show(self, text: str, tone: str = "info") -> None:
        """Show a sentence; also usable as an event: `on_click=Toasts.show("Copied", "success")`."""
        self.item = _item(text, tone)


async def toast(state: rx.State, text: str, tone: ToastTone = "success", *, href: str = "") -> None:
    """Show a sentence to the person whose handler this is: `await toast(self, "Saved")`; with `href`, a place of this
    site, there is a link "Open" and it stays longer. In a background event, call it inside `async with self`."""
    toasts = await state.get_state(Toasts)
    toasts.item = _item(text, tone, href)


class ToastView(rx.Component):
    """Draws the toasts; once per app."""

    library = rx.asset("toasts.jsx", shared=True).importable_path
    tag = "Toasts"
    lib_dependencies: list[str] = ["sonner@2.0.8"]
    item: rx.Var[dict[str, Any]]
    theme: rx.Var[str]


def toaster() -> rx.Component:
    """The one place toasts appear in."""
    return ToastView.create(item=Toasts.item, theme=resolved_color_mode)


def _item(text: str, tone: str, href: str = "") -> dict[str, Any]:
    # The same sentence twice at once is one toast: `key` makes the second replace the first.
    key = f"{tone}:{href}:{text}"[:160]
    return {"id": time.time_ns() // 1000, "tone": tone[:20], "text": text[:500], "key": key, "href": href}
